-- expect: any
SELECT count(DISTINCT (k, grp)) FROM facts;
