-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
-- set: eider_broadcast_joins=false
SELECT a.account, a.opened, count(*), sum(v.paid) FROM visits v JOIN accounts a ON v.account = a.account GROUP BY ALL;
