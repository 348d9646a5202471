-- expect: distributed UnionExec
SELECT ((k, qty), grp) FROM facts WHERE id < 300 UNION ALL SELECT ((id, 1.5), name) FROM facts WHERE id < 100;
