-- expect: distributed HashJoinExec
SELECT a.f64, count(*) FROM alltypes a JOIN (SELECT DISTINCT f64 FROM alltypes WHERE id > 4000) b ON a.f64 = b.f64 GROUP BY a.f64;
