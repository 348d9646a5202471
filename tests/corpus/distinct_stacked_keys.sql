-- expect: distributed DistinctExec
SELECT k, count(*) AS n, median(qty) AS middle FROM (SELECT DISTINCT k, grp, qty FROM facts) GROUP BY k;
