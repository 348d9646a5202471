-- few groups, NULL among them: a union of branches, merged by group
-- expect: distributed DistinctExec
SELECT flag, count(DISTINCT id), sum(DISTINCT qty), count(DISTINCT {'k': k, 'g': grp}), avg(amount) FROM facts GROUP BY flag HAVING count(DISTINCT id) > 1;
