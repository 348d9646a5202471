-- expect: distributed AggregateExec
SELECT i8, count(*) AS n, min(id), max(i8) FROM alltypes GROUP BY i8;
