-- expect: distributed AggregateExec
SELECT f32, count(*) AS n, min(id), max(f32) FROM alltypes GROUP BY f32;
