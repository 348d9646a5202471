-- expect: distributed AggregateExec
SELECT u8, count(*) AS n, min(id), max(u8) FROM alltypes GROUP BY u8;
