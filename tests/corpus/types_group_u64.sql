-- expect: distributed AggregateExec
SELECT u64, count(*) AS n, min(id), max(u64) FROM alltypes GROUP BY u64;
