-- expect: distributed AggregateExec
SELECT dec4, count(*) AS n, min(id), max(dec4) FROM alltypes GROUP BY dec4;
