-- expect: distributed AggregateExec
SELECT ts_us, count(*) AS n, min(id), max(ts_us) FROM alltypes GROUP BY ts_us;
