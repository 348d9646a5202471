-- expect: distributed UnionExec
SELECT id, k FROM facts WHERE k < 10 UNION ALL SELECT fid, k FROM links;
