-- expect: distributed AggregateExec
SELECT count(*), sum(c) FROM (SELECT vid + 1 AS key, count(*) AS c FROM visits WHERE paid > 1e9 GROUP BY key);
