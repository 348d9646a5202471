-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM (SELECT * FROM facts WHERE id < 1500) f RIGHT JOIN dims d ON f.k = d.k AND f.qty > d.weight * 10;
