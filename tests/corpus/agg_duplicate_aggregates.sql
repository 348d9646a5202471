-- expect: distributed AggregateExec
SELECT sum(qty), sum(qty), count(*), count(id), sum(qty) + count(*) FROM facts;
