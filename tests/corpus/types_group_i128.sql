-- expect: distributed AggregateExec
SELECT i128, count(*) AS n, min(id), max(i128) FROM alltypes GROUP BY i128;
