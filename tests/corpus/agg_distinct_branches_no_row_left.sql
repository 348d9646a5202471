-- rows are expected, and none is left
-- expect: distributed DistinctExec
SELECT count(DISTINCT {'a': f.id}), count(DISTINCT price), sum(DISTINCT f.qty), max(f.name), count(*) FROM facts f JOIN links l ON f.k = l.k WHERE f.id + l.k < 0;
