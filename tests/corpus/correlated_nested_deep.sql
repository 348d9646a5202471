-- expect: distributed
SELECT a.account, (SELECT max(v.paid) + (SELECT max(w.k) + (SELECT count(*) + (SELECT min(y.vid) FROM visits y WHERE y.account = x.account)
FROM accounts x WHERE x.account = w.account GROUP BY x.account) FROM visits w WHERE w.account = v.account GROUP BY w.account)
FROM visits v WHERE v.account = a.account GROUP BY v.account) AS s FROM accounts a WHERE a.region IS NOT NULL;
