-- expect: any
SELECT a.account, count(*) FROM visits v JOIN accounts a USING (account) WHERE a.account > 100000 GROUP BY ALL;
