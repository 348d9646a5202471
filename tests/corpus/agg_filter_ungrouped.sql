-- expect: distributed AggregateExec
SELECT count(*) FILTER (WHERE flag), min(name) FILTER (WHERE length(name) > 12), sum(qty) FILTER (WHERE id < 0) FROM facts;
