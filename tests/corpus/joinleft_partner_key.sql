-- expect: distributed HashJoinExec
SELECT d.k, count(DISTINCT f.k) AS n, median(f.m) AS m
FROM (SELECT k, median(qty) AS m FROM facts GROUP BY k) f LEFT JOIN dims d ON f.k = d.k GROUP BY d.k;
