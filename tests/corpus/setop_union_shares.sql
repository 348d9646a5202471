-- expect: distributed UnionExec
SELECT src, count(*), sum(k), min(id), max(id) FROM (
  SELECT 'f' AS src, id, k FROM facts WHERE k < 50 UNION ALL
  (SELECT 'd', k, parent FROM dims UNION ALL SELECT 'l', fid, fid % 7 FROM links) UNION ALL
  SELECT 'j', f.id, d.k FROM facts f JOIN dims d ON f.k = d.k WHERE f.id % 3 = 0 UNION ALL
  SELECT 'x', 1, unnest([1, 2]) UNION ALL
  SELECT 'i', a.id, b.id FROM facts a JOIN facts b ON a.id = b.id)
GROUP BY src;
