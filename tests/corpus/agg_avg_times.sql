-- expect: distributed AggregateExec
SELECT grp, avg(ts), avg(d) FROM facts GROUP BY grp;
