-- expect: distributed AggregateExec
SELECT grp, count(DISTINCT k), sum(DISTINCT qty), count(*), max(DISTINCT name) FROM facts GROUP BY grp;
