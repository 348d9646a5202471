-- expect: distributed AggregateExec
SELECT boo, count(*) AS n, min(id), max(boo) FROM alltypes GROUP BY boo;
