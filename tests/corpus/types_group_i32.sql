-- expect: distributed AggregateExec
SELECT i32, count(*) AS n, min(id), max(i32) FROM alltypes GROUP BY i32;
