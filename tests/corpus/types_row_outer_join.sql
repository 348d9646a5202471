-- a row that is NULL is not a row of NULLs
-- expect: distributed HashJoinExec
SELECT f.id, l.p, l.p IS NULL, f.q FROM (SELECT k, (k, NULL::INTEGER, 'l') AS p FROM links) l FULL JOIN (SELECT id, k, (k, grp) AS q FROM facts) f USING (k);
