-- casts of fields, where UNION ALL finds a common type; a row that is NULL stays so
-- expect: distributed UnionExec
SELECT CASE WHEN id % 3 = 0 THEN p END FROM (SELECT (k, grp) AS p, id FROM facts WHERE id < 300) UNION ALL SELECT (id, name) FROM facts WHERE id < 100;
