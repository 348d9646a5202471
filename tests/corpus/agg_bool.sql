-- expect: distributed AggregateExec
SELECT k2, bool_and(flag), bool_or(flag), bit_and(qty), bit_or(qty), bit_xor(qty), countif(flag) FROM facts GROUP BY k2;
