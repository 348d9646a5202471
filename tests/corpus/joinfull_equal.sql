-- expect: distributed HashJoinExec
SELECT f.id, f.k, d.k, d.label FROM (SELECT * FROM facts WHERE id % 6 = 0) f FULL JOIN dims d ON f.k = d.k;
