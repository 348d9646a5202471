-- expect: distributed AggregateExec
SELECT u16, count(*) AS n, min(id), max(u16) FROM alltypes GROUP BY u16;
