-- expect: distributed AggregateExec
SELECT grp, count(*), sum(amount), avg(price), min(ts), max(name), count(flag) FROM facts GROUP BY grp;
