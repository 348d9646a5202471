-- expect: distributed AggregateExec
SELECT grp, flag, k2 > 0 AS pos, count(*), avg(price) FROM facts GROUP BY CUBE (grp, flag, pos);
