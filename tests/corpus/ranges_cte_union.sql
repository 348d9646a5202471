-- expect: distributed HashJoinExec
WITH n AS MATERIALIZED (SELECT account, count(*) AS visits FROM visits GROUP BY account)
SELECT a.account, n.visits FROM n JOIN accounts a ON a.account = n.account
UNION ALL SELECT account, NULL FROM accounts WHERE region = 'north'
UNION ALL SELECT account, -visits FROM n WHERE visits > 2;
