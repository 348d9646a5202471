-- expect: distributed HashJoinExec
SELECT a.account, a.region, count(*), sum(v.paid), max(v.vid) FROM visits v JOIN accounts a ON v.account = a.account GROUP BY ALL;
