-- A recursive CTE is computed whole, and joined like any side.
WITH RECURSIVE steps(k) AS (SELECT 1 UNION ALL SELECT k * 3 FROM steps WHERE k < 50)
SELECT s.k, count(*) FROM steps s JOIN events e ON e.k = s.k GROUP BY s.k;
