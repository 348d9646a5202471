-- expect: distributed HashJoinExec
SELECT x.p, count(*) FROM (SELECT (k, grp) AS p FROM facts) x JOIN (SELECT DISTINCT (k, grp) AS p FROM facts WHERE id < 500) y ON x.p = y.p GROUP BY x.p;
