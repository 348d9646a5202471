-- expect: distributed AggregateExec
SELECT grp, min(nums), max(nums), min(tags), max(info), min({'a': k, 'b': name}) FROM facts GROUP BY grp;
