-- expect: distributed AggregateExec
SELECT dec18, count(*) AS n, min(id), max(dec18) FROM alltypes GROUP BY dec18;
