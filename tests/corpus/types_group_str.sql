-- expect: distributed AggregateExec
SELECT str, count(*) AS n, min(id), max(str) FROM alltypes GROUP BY str;
