-- expect: distributed AggregateExec
SELECT 'x' AS c, count(*) FROM facts GROUP BY 'x';
