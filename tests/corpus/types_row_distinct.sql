-- DISTINCT of several columns, as people write it
-- expect: distributed DistinctExec
SELECT count(DISTINCT (k, grp)), count(DISTINCT (flag, k2)), count(DISTINCT (id, k, name)), sum(qty) FROM facts;
