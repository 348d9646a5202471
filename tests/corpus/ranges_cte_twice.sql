-- expect: distributed HashJoinExec
WITH n AS MATERIALIZED (SELECT account, count(*) AS visits, sum(paid) AS paid FROM visits GROUP BY account)
SELECT a.region, x.visits, count(*), max(y.paid) FROM n x JOIN n y ON x.account = y.account JOIN accounts a ON a.account = x.account
GROUP BY ALL;
