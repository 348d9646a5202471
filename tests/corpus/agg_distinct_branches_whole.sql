-- median has no states: all in one task
-- expect: one-task AggregateExec
SELECT count(DISTINCT id), sum(DISTINCT qty), median(qty) FROM facts;
