-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=10000
-- set: eider_broadcast_joins=false
SELECT account, sum(n) FROM (SELECT v.account, count(*) AS n FROM visits v JOIN accounts a ON v.account = a.account GROUP BY v.account
UNION ALL SELECT account, 1 FROM accounts) GROUP BY account;
