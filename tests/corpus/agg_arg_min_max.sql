-- expect: distributed AggregateExec
SELECT grp, arg_max(id, (amount, id)), arg_min(name, (price, id)), max_by(k, id), min_by(d, id), arg_max(id, id, 3) FROM facts GROUP BY grp;
