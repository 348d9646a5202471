-- expect: distributed AggregateExec
SELECT info, count(*) FROM facts WHERE id < 3000 GROUP BY info;
