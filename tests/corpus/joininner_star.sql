-- expect: distributed HashJoinExec
SELECT d1.region, d2.grp, count(*) FROM facts f JOIN dims d1 ON f.k = d1.k JOIN dims d2 ON f.k2 = d2.k2 JOIN dims d3 ON f.qty = d3.k GROUP BY ALL;
