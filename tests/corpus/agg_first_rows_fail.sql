-- expect: distributed AggregateExec
SELECT count(*), sum(c) FROM (SELECT vid + CASE WHEN kind = 'web' THEN 1 // k ELSE CAST(vid::VARCHAR AS INTEGER) END AS key, count(*) AS c, sum(k) AS s
FROM visits WHERE k > 0 GROUP BY key);
