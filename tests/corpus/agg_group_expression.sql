-- expect: distributed AggregateExec
SELECT date_trunc('month', ts) AS m, k % 3 AS r, sum(price), count(*) FROM facts GROUP BY 1, 2;
