-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f LEFT JOIN dims d ON f.k = d.k AND f.flag WHERE f.id < 3000;
