-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
SELECT a.account, count(*), sum(v.paid) FROM visits v JOIN accounts a ON v.account = a.account GROUP BY ALL;
