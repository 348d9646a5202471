-- no rows: counts are 0 and all else NULL, in each branch; with groups there are none
-- expect: any
SELECT count(DISTINCT id), sum(DISTINCT price), avg(DISTINCT amount), count(*), (SELECT count(*) FROM (SELECT grp, count(DISTINCT id), sum(DISTINCT price) FROM nothings GROUP BY grp)) FROM nothings;
