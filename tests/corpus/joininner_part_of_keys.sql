-- expect: distributed HashJoinExec
-- set: eider_broadcast_joins=false
SELECT a.k, median(a.qty) AS middle, count(*) AS n, count(DISTINCT b.grp) AS grps
FROM facts a JOIN (SELECT DISTINCT k, grp FROM facts WHERE flag) b ON a.k = b.k AND a.grp = b.grp GROUP BY a.k;
