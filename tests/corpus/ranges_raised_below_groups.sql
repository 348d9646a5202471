-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT v.vid, g.n, g.last FROM visits v
JOIN (SELECT a.account, count(*) AS n, max(d.label) AS last FROM accounts a LEFT JOIN dims d ON d.k = year(a.opened) - 2000 GROUP BY a.account) g
ON v.account = g.account;
