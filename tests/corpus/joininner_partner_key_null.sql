-- expect: distributed HashJoinExec
SELECT d.k, count(DISTINCT f.m) AS n, median(d.weight) AS w
FROM (SELECT k, median(qty) AS m FROM facts GROUP BY k) f JOIN dims d ON f.k IS NOT DISTINCT FROM d.k GROUP BY d.k;
