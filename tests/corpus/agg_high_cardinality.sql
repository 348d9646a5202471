-- expect: distributed AggregateExec
SELECT id % 5000 AS g, count(*), sum(qty), max(name) FROM facts GROUP BY g;
