-- expect: distributed AggregateExec
SELECT tim_ns, count(*) AS n, min(id), max(tim_ns) FROM alltypes GROUP BY tim_ns;
