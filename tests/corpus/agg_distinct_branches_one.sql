-- one branch alone, over a join: no stage that is read twice
-- expect: distributed DistinctExec
SELECT count(DISTINCT f.id), sum(DISTINCT f.id) FROM facts f JOIN links l ON f.k = l.k;
