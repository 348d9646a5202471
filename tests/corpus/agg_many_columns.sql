-- expect: distributed AggregateExec
SELECT k, k2, grp, flag, d, count(*) FROM facts GROUP BY k, k2, grp, flag, d;
