-- expect: distributed AggregateExec
SELECT ts_ms, count(*) AS n, min(id), max(ts_ms) FROM alltypes GROUP BY ts_ms;
