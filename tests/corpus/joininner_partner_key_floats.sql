-- expect: distributed HashJoinExec
SELECT b.f64, count(*) AS n, count(DISTINCT a.id) AS ids, max(a.m) AS m
FROM (SELECT f64, min(id) AS id, median(id) AS m FROM alltypes GROUP BY f64) a JOIN (SELECT f64, id FROM alltypes WHERE id % 3 = 0) b ON a.f64 = b.f64
GROUP BY b.f64;
