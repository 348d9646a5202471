-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f JOIN dims d ON f.k = d.k WHERE f.id % 3 = 0;
