-- expect: distributed HashJoinExec
SELECT a.region, count(*), sum(v1.paid) FROM visits v1 JOIN accounts a ON a.account = v1.account
WHERE EXISTS (FROM visits v2 WHERE v2.account = v1.account AND v2.day <> v1.day)
  AND NOT EXISTS (FROM visits v3 WHERE v3.account = v1.account AND v3.day <> v1.day AND v3.paid > v1.paid)
GROUP BY a.region;
