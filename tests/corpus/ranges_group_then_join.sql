-- expect: distributed HashJoinExec
SELECT a.owner, t.n, t.s FROM (SELECT account, count(*) n, sum(paid) s FROM visits GROUP BY account HAVING sum(paid) > 50) t JOIN accounts a USING (account);
