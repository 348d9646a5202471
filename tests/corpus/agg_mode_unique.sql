-- expect: one-task AggregateExec
SELECT mode(k) FROM facts;
