-- expect: distributed WindowExec
SELECT id, grp, count(*) OVER (PARTITION BY k) AS a, sum(qty) OVER (PARTITION BY grp ORDER BY id) AS b,
  row_number() OVER (PARTITION BY k, flag ORDER BY id) AS c, max(amount) OVER (PARTITION BY flag) AS d,
  lag(id) OVER (PARTITION BY d, grp ORDER BY id) AS e, min(id) OVER (PARTITION BY k + 1) AS f
FROM facts QUALIFY c <= 30 AND d IS NOT NULL;
