-- expect: distributed AggregateExec
SELECT grp, count(*) FROM facts GROUP BY GROUPING SETS ((grp), (grp), (), ());
