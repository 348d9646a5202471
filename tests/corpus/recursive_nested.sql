-- expect: distributed
-- A recursion in a recursion, a CTE over the steps, and one that several parts read.
WITH RECURSIVE base AS MATERIALIZED (SELECT k, count(*) AS n FROM facts GROUP BY k),
r AS (
  SELECT k, 0 AS depth FROM base WHERE n > 20 AND k < 30
  UNION ALL
  (WITH RECURSIVE step AS MATERIALIZED (SELECT k, depth FROM r WHERE depth < 3),
        inner_r AS (SELECT k, 0 AS i FROM step UNION ALL SELECT inner_r.k, i + 1 FROM inner_r JOIN base b ON b.k = inner_r.k WHERE i < 2)
   SELECT (a.k + i) % 40, a.depth + 1 FROM step a JOIN inner_r c ON a.k = c.k JOIN base b ON b.k = a.k + i))
SELECT depth, count(*), sum(k) FROM r GROUP BY depth;
