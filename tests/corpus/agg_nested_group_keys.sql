-- expect: distributed AggregateExec
SELECT nums, info.c, count(*) FROM facts GROUP BY nums, info.c;
