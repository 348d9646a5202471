-- expect: distributed AggregateExec
SELECT f64, count(*) AS n, min(id), max(f64) FROM alltypes GROUP BY f64;
