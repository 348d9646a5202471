-- expect: any
SELECT vid FROM visits WHERE account NOT IN (SELECT account FROM accounts WHERE opened < DATE '2021-06-01');
