-- expect: distributed AggregateExec
SELECT tim_tz, count(*) AS n, min(id), max(tim_tz) FROM alltypes GROUP BY tim_tz;
