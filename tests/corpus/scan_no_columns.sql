-- expect: distributed AggregateExec
SELECT count(*) FROM facts;
