-- expect: distributed AggregateExec
SELECT k2, arg_max(name, id), arg_max_null(name, id), arg_min_null(k, id) FROM facts GROUP BY k2;
