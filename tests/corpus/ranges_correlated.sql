-- expect: any
SELECT a.account, (SELECT max(v.paid) FROM visits v WHERE v.account = a.account) FROM accounts a WHERE a.region = 'north';
