-- expect: distributed AggregateExec: mode=Single
SELECT flag, count(DISTINCT id), count(*) FROM facts GROUP BY flag;
