-- expect: distributed AggregateExec
SELECT grp, arg_max(id, {'a': amount, 'b': id}), arg_min(name, {'a': price, 'b': id}), max_by(k, id), min_by(d, id), arg_max(id, id, 3) FROM facts GROUP BY grp;
