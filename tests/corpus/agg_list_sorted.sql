-- expect: distributed AggregateExec
SELECT grp, list_sort(list(k)), len(list(id)), list_sort(list(DISTINCT qty)) FROM facts WHERE id % 10 = 0 GROUP BY grp;
