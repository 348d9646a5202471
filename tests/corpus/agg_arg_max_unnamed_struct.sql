-- expect: distributed AggregateExec
SELECT grp, arg_max(id, (amount, id)) FROM facts GROUP BY grp;
