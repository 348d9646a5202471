-- expect: distributed AggregateExec
SELECT ts_s, count(*) AS n, min(id), max(ts_s) FROM alltypes GROUP BY ts_s;
