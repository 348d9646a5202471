-- expect: distributed AggregateExec: mode=Partial
SELECT flag, arg_max_null(k, id), arg_min_null(name, id), arg_max(k, id), arg_min_null(id, CASE WHEN id > 50 THEN id END), arg_max_null(id, NULL::INTEGER) FROM facts GROUP BY flag;
