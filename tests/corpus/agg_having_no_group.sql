-- expect: distributed AggregateExec
SELECT sum(qty) FROM facts HAVING count(*) > 100000;
