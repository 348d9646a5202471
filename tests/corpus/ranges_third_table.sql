-- expect: distributed HashJoinExec
SELECT d.region, a.region, count(*), sum(v.paid) FROM visits v JOIN accounts a ON a.account = v.account JOIN dims d ON d.k = v.k GROUP BY ALL;
