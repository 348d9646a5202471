-- expect: distributed AggregateExec
SELECT dec38, count(*) AS n, min(id), max(dec38) FROM alltypes GROUP BY dec38;
