-- expect: distributed AggregateExec
SELECT mode(k) FROM facts;
