-- expect: distributed AggregateExec
SELECT grp, k2, grouping(grp), grouping(k2), grouping_id(grp, k2), count(*) FROM facts GROUP BY GROUPING SETS ((grp), (k2), (grp, k2));
