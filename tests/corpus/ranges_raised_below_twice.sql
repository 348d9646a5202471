-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT x.kind, count(*), sum(x.paid), max(b.label) FROM (SELECT v.* FROM visits v JOIN (accounts a JOIN dims d ON d.k = year(a.opened) - 2000) ON v.account = a.account) x
JOIN (SELECT a.account, d.label FROM accounts a JOIN dims d ON d.k = month(a.opened)) b ON b.account = x.account GROUP BY x.kind;
