-- expect: distributed AggregateExec
SELECT grp, sum(amount * 2 - qty) / count(*) AS a, max(id) - min(id) + 1 AS b, sum(CASE WHEN flag THEN qty ELSE 0 END) AS c FROM facts GROUP BY grp;
