-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT a.account, a.label, v.vid FROM (SELECT a.account, d.label FROM accounts a LEFT JOIN dims d ON d.k = year(a.opened) - 2000) a
LEFT JOIN visits v ON v.account = a.account AND v.k > 20;
