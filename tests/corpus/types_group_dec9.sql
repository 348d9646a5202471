-- expect: distributed AggregateExec
SELECT dec9, count(*) AS n, min(id), max(dec9) FROM alltypes GROUP BY dec9;
