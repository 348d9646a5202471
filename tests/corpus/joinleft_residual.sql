-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f LEFT JOIN dims d ON f.k = d.k AND d.weight > 0 AND f.qty + d.weight > 100;
