-- expect: distributed AggregateExec
SELECT bits, count(*) AS n, min(id), max(bits) FROM alltypes GROUP BY bits;
