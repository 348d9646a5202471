-- expect: distributed
-- What the steps do not change is distributed: an aggregate, a join, the anchor.
WITH RECURSIVE t AS (
  SELECT k, count(*) AS n, 0 AS depth FROM facts WHERE k % 50 = 0 GROUP BY k
  UNION ALL
  SELECT s.next, s.n + t.n, t.depth + 1 FROM t
    JOIN (SELECT f.k, (f.k + 7) % 400 AS next, count(*) AS n FROM facts f JOIN dims d ON f.k = d.k GROUP BY f.k) s ON s.k = t.k
  WHERE t.depth < 6)
SELECT depth, k, n FROM t;
