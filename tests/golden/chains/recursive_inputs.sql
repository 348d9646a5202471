-- Anchor, scan and an aggregate of one row do not depend on the steps: they are stages, and no step computes them again.
WITH RECURSIVE steps AS (
  SELECT k, 0 AS depth FROM users WHERE country = 'A'
  UNION ALL
  SELECT (e.id % 100)::INTEGER, depth + 1 FROM steps s JOIN events e ON e.k = s.k
  WHERE depth < 2 AND depth < (SELECT max(id) FROM events))
SELECT depth, count(*) FROM steps GROUP BY depth;
