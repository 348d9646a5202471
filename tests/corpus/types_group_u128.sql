-- expect: distributed AggregateExec
SELECT u128, count(*) AS n, min(id), max(u128) FROM alltypes GROUP BY u128;
