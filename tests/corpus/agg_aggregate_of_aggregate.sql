-- expect: distributed AggregateExec
SELECT max(n), sum(n), count(*) FROM (SELECT k, count(*) AS n FROM facts GROUP BY k);
