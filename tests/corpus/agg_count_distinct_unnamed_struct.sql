-- expect: distributed DistinctExec
SELECT count(DISTINCT (k, grp)) FROM facts;
