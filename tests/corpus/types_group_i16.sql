-- expect: distributed AggregateExec
SELECT i16, count(*) AS n, min(id), max(i16) FROM alltypes GROUP BY i16;
