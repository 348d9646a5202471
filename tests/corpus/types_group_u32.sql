-- expect: distributed AggregateExec
SELECT u32, count(*) AS n, min(id), max(u32) FROM alltypes GROUP BY u32;
