-- expect: distributed AggregateExec
SELECT key % 5 AS g, sum(f64), avg(f64), min(f64), max(f64), count(f64) FROM alltypes WHERE f64 IS NULL OR abs(f64) < 1e300 OR isnan(f64) GROUP BY g;
