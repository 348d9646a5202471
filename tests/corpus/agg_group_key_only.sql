-- expect: distributed AggregateExec
SELECT k FROM facts GROUP BY k;
