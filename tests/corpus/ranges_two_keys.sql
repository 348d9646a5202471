-- expect: distributed HashJoinExec
SELECT v.account, count(*) FROM visits v JOIN accounts a ON v.account = a.account AND v.day = a.opened GROUP BY v.account;
