-- expect: distributed AggregateExec
SELECT count(*) AS n, min(id), iv > INTERVAL '1 day' AS more FROM alltypes GROUP BY iv;
