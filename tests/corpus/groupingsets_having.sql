-- expect: distributed AggregateExec
SELECT grp, flag, sum(qty) AS s FROM facts GROUP BY ROLLUP (grp, flag) HAVING sum(qty) > 1000 ORDER BY s;
