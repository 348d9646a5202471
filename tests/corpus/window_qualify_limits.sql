-- expect: distributed WindowExec
-- The ranks of what is left are those among all rows, ties and NULLs included.
SELECT 'row_number' AS f, grp AS g, id, rn AS a, r AS b, dr AS c FROM (
  SELECT grp, id, row_number() OVER w AS rn, rank() OVER w AS r, dense_rank() OVER w AS dr
  FROM facts WINDOW w AS (PARTITION BY grp ORDER BY qty DESC NULLS FIRST, id)) WHERE rn <= 5
UNION ALL SELECT 'rank', k % 3, qty, r, dr, count(*) FROM (
  SELECT k, qty, rank() OVER w AS r, dense_rank() OVER w AS dr
  FROM facts WINDOW w AS (PARTITION BY k % 3 ORDER BY qty)) WHERE r < 4 GROUP BY ALL
UNION ALL SELECT 'dense_rank', 0, qty, dr, 0, count(*) FROM (
  SELECT qty, dense_rank() OVER (ORDER BY qty NULLS FIRST) AS dr FROM facts) WHERE dr <= 3 AND dr <> 2 GROUP BY ALL
UNION ALL SELECT 'exactly', 0, id, 0, 0, 0 FROM facts QUALIFY row_number() OVER (ORDER BY amount, id) = 4
UNION ALL SELECT 'nothing', 0, id, 0, 0, 0 FROM facts QUALIFY row_number() OVER (ORDER BY amount, id) < 1
UNION ALL SELECT 'beside', 0, id, s, 0, 0 FROM (
  SELECT id, count(*) OVER (PARTITION BY grp) AS s, row_number() OVER (PARTITION BY grp ORDER BY id) AS rn FROM facts) WHERE rn <= 2
UNION ALL SELECT 'other order', 0, id, r, 0, 0 FROM (
  SELECT id, rank() OVER (PARTITION BY grp ORDER BY id DESC) AS r, row_number() OVER (PARTITION BY grp ORDER BY id) AS rn FROM facts) WHERE rn <= 2;
