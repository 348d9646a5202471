-- expect: one-task AggregateExec
SELECT count(DISTINCT k), count(DISTINCT name), count(DISTINCT {'k': k, 'g': grp}), sum(DISTINCT qty), avg(DISTINCT qty) FROM facts;
