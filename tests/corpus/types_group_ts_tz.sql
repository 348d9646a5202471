-- expect: distributed AggregateExec
SELECT ts_tz, count(*) AS n, min(id), max(ts_tz) FROM alltypes GROUP BY ts_tz;
