-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f LEFT JOIN dims d ON f.k = d.k WHERE f.id % 2 = 0;
