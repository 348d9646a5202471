-- expect: one-task AggregateExec
SELECT year(d) AS y, month(d) AS m, grp, sum(qty), count(DISTINCT k) FROM facts GROUP BY ROLLUP (y, m, grp);
