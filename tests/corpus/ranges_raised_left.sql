-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
-- set: eider_broadcast_joins=false
SELECT a.account, a.region, v.vid FROM (FROM accounts WHERE region IS NOT NULL) a LEFT JOIN visits v ON v.account = a.account AND v.k > 20;
