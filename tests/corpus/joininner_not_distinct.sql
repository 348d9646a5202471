-- expect: distributed HashJoinExec
SELECT f.k, count(*) FROM facts f JOIN dims d ON f.k IS NOT DISTINCT FROM d.k GROUP BY f.k;
