-- expect: distributed
WITH RECURSIVE steps AS MATERIALIZED (SELECT DISTINCT k AS a, k + 1 AS b FROM facts WHERE k < 30),
r AS (SELECT 0 AS n UNION ALL SELECT s.b FROM r JOIN steps s ON s.a = r.n)
SELECT n, (SELECT count(*) FROM steps) AS c FROM r;
