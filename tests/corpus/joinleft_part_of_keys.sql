-- expect: distributed HashJoinExec
-- set: eider_broadcast_joins=false
SELECT a.k, b.k AS bk, median(a.qty) AS middle, count(*) AS n
FROM facts a LEFT JOIN (SELECT DISTINCT k, grp FROM facts WHERE flag AND k % 3 > 0) b ON a.k = b.k AND a.grp = b.grp GROUP BY a.k, b.k;
