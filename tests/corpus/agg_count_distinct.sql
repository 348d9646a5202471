-- lists where values are few, branches where they are many
-- expect: distributed DistinctExec
SELECT count(DISTINCT k), count(DISTINCT name), count(DISTINCT {'k': k, 'g': grp}), sum(DISTINCT qty), avg(DISTINCT qty) FROM facts;
