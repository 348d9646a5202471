-- expect: distributed AggregateExec
SELECT grp, min(qty, 3), max(id, 4) FROM facts GROUP BY grp;
