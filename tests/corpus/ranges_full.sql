-- expect: distributed HashJoinExec
SELECT v.account, a.account, count(*), sum(v.paid) FROM visits v FULL JOIN accounts a ON v.account = a.account GROUP BY ALL;
