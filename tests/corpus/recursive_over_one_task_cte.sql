-- expect: distributed
-- A CTE of one task has one reader, in the recursion: all steps read the same rows.
WITH RECURSIVE top AS MATERIALIZED (SELECT k AS a, (k * 3 + 1) % 400 AS b FROM facts ORDER BY k, id LIMIT 500),
r AS (SELECT 0 AS n, 0 AS depth UNION SELECT t.b, depth + 1 FROM r JOIN (SELECT DISTINCT a, b FROM top) t ON t.a = r.n WHERE depth < 20)
SELECT n, depth FROM r;
