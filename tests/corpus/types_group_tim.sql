-- expect: distributed AggregateExec
SELECT tim, count(*) AS n, min(id), max(tim) FROM alltypes GROUP BY tim;
