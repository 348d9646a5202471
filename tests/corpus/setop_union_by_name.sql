-- expect: distributed UnionExec
SELECT id, k, grp FROM facts WHERE id < 500 UNION ALL BY NAME SELECT k::INTEGER AS k, fid AS id, kind FROM links;
