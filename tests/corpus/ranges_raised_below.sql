-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT a.account, a.opened, d.label, count(*), sum(v.paid) FROM visits v JOIN (accounts a JOIN dims d ON d.k = year(a.opened) - 2000) ON v.account = a.account
GROUP BY ALL;
