-- expect: distributed AggregateExec
SELECT bin, count(*) AS n, min(id), max(bin) FROM alltypes GROUP BY bin;
