-- groups that are rows without field names, NULL fields among them
-- expect: distributed AggregateExec
SELECT (k, grp) AS p, count(*), max((qty, id)), min((grp, id)), arg_max(id, (qty, id)) FROM facts GROUP BY p;
