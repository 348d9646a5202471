-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f JOIN dims d ON f.qty % 50 = d.k + 1 WHERE f.id % 7 = 0;
