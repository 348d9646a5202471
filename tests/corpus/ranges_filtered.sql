-- expect: any
SELECT account, count(*) FROM visits WHERE account BETWEEN -7 AND 33 OR account = 1200 GROUP BY account;
