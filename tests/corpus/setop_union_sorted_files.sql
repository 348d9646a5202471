-- expect: distributed UnionExec
SELECT id, count(DISTINCT what) AS n, sum(qty) AS q FROM (
  SELECT id, 'facts' AS what, qty FROM facts UNION ALL SELECT id, 'types', i16 FROM alltypes) GROUP BY id;
