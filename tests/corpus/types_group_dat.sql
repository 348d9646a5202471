-- expect: distributed AggregateExec
SELECT dat, count(*) AS n, min(id), max(dat) FROM alltypes GROUP BY dat;
