-- expect: distributed AggregateExec
SELECT grp, flag, count(*), sum(amount) FROM facts GROUP BY GROUPING SETS ((grp, flag), (grp), ());
