-- expect: distributed AggregateExec
SELECT grp, entropy(k2) FROM facts GROUP BY grp;
