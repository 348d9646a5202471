-- expect: any
SELECT k, grp, count(*), grouping(k, grp) FROM nothings GROUP BY GROUPING SETS ((k), (grp), ());
