-- expect: distributed HashJoinExec
SELECT a.account, a.owner FROM accounts a WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE v.account = a.account);
