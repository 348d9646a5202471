-- expect: distributed HashJoinExec
-- set: eider_broadcast_rows=1000000
SELECT d.k, d.region, f.n, f.m, rank() OVER (PARTITION BY d.k ORDER BY d.region, f.m) AS place
FROM (SELECT k, count(DISTINCT id) AS n, median(qty) AS m FROM facts GROUP BY k) f JOIN dims d ON f.k = d.k;
