-- expect: any
SELECT account, count(*) FROM visits WHERE account IN (SELECT account FROM accounts WHERE region = 'south') OR paid > 90 GROUP BY account;
