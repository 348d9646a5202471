-- expect: distributed HashJoinExec
SELECT f.k, d.region, sum(f.amount), count(*) FROM facts f JOIN dims d ON f.k = d.k GROUP BY f.k, d.region;
