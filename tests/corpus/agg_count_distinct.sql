-- expect: distributed AggregateExec
SELECT count(DISTINCT k), count(DISTINCT name), count(DISTINCT (k, grp)), sum(DISTINCT qty), avg(DISTINCT qty) FROM facts;
