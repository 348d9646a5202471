-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f RIGHT JOIN dims d ON f.k = d.k AND f.id < 1000;
