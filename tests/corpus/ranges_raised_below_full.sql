-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT v.vid, a.account, a.label FROM visits v
FULL JOIN (SELECT a.account, d.label FROM accounts a JOIN dims d ON d.k = year(a.opened) - 2000 WHERE a.account % 3 = 0) a ON v.account = a.account;
