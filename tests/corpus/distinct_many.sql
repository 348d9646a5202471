-- expect: distributed
SELECT DISTINCT grp, flag, k2 FROM facts;
