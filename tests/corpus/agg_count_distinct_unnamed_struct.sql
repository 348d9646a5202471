-- expect: local type
SELECT count(DISTINCT (k, grp)) FROM facts;
