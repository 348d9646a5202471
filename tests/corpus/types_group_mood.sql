-- expect: distributed AggregateExec
SELECT mood, count(*) AS n, min(id), max(mood) FROM alltypes GROUP BY mood;
