-- expect: distributed
WITH RECURSIVE f AS MATERIALIZED (SELECT k, min(id) AS id FROM facts GROUP BY k), r AS (
  SELECT k, 0 AS depth FROM native_small WHERE k < 10
  UNION ALL
  SELECT (f.k + 1) % 40, depth + 1 FROM r JOIN f ON f.k = r.k
    JOIN native_small s ON s.k = r.k WHERE depth < 4)
SELECT depth, count(*), sum(k) FROM r GROUP BY depth;
