-- expect: distributed AggregateExec
SELECT grp, approx_count_distinct(id), approx_count_distinct(name), approx_count_distinct(k) FROM facts GROUP BY grp;
