-- expect: distributed AggregateExec
SELECT k, count(*) AS n, sum(amount) AS s FROM facts GROUP BY k HAVING count(*) > 30 AND sum(amount) > 0;
