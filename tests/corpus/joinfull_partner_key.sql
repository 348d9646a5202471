-- expect: distributed HashJoinExec
SELECT d.k AS dk, count(DISTINCT f.m) AS n, median(f.m) AS m
FROM (SELECT k, median(qty) AS m FROM facts GROUP BY k) f FULL JOIN (SELECT k, max(since) AS s FROM dims GROUP BY k) d ON f.k = d.k GROUP BY d.k;
