-- expect: distributed UnionExec
SELECT k, count(*) AS n, median(m) AS m, max(what) AS what FROM (
  SELECT k, median(qty) AS m, 'facts' AS what FROM facts GROUP BY k
  UNION ALL SELECT k::INTEGER, median(strength), 'links' FROM links GROUP BY k
  UNION ALL SELECT k, median(weight), 'dims' FROM dims GROUP BY k) GROUP BY k;
