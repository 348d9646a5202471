-- expect: distributed AggregateExec
-- check: count
SELECT k, first(id), last(id), any_value(name) FROM facts GROUP BY k;
