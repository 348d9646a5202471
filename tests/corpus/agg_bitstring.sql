-- expect: distributed AggregateExec
SELECT grp, bit_count(bitstring_agg(k2, -20, 20)) FROM facts GROUP BY grp;
