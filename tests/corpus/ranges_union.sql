-- expect: any
SELECT account, count(*) FROM (SELECT account FROM visits UNION ALL SELECT account FROM accounts) GROUP BY account;
