-- expect: distributed AggregateExec
SELECT ts_ns, count(*) AS n, min(id), max(ts_ns) FROM alltypes GROUP BY ts_ns;
