-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM (SELECT * FROM facts WHERE id < 2500) f FULL JOIN dims d ON f.k = d.k AND f.d < d.since;
