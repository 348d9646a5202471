-- expect: distributed HashJoinExec
SELECT f.id FROM facts f ANTI JOIN dims d ON f.k = d.k WHERE f.id % 3 = 1;
