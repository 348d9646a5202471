-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
-- set: eider_broadcast_joins=false
SELECT v.vid, x.k FROM visits v JOIN (SELECT CASE WHEN account < -695 THEN NULL ELSE account END AS k, count(*) AS n FROM accounts
WHERE account < -480 GROUP BY 1) x ON v.account IS NOT DISTINCT FROM x.k WHERE x.n > 0;
