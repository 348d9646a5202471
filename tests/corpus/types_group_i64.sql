-- expect: distributed AggregateExec
SELECT i64, count(*) AS n, min(id), max(i64) FROM alltypes GROUP BY i64;
