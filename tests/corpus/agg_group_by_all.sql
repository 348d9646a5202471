-- expect: distributed AggregateExec
SELECT grp, flag, sum(qty) + 1 AS s FROM facts GROUP BY ALL;
