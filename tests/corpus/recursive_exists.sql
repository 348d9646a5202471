-- expect: any
WITH RECURSIVE r AS (
  SELECT 0 AS n UNION ALL
  SELECT n + 1 FROM r WHERE n < 50 AND EXISTS (SELECT 1 FROM facts f WHERE f.k = r.n) AND n NOT IN (SELECT k FROM dims WHERE k > 45)
    AND n < (SELECT max(k) FROM facts))
SELECT n FROM r;
