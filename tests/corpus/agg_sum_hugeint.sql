-- expect: distributed AggregateExec
SELECT key, sum(i128 // 1000), sum(i64), avg(i64) FROM alltypes GROUP BY key;
