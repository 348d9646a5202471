-- expect: distributed AggregateExec
SELECT js, count(*) AS n, min(id), max(js) FROM alltypes GROUP BY js;
