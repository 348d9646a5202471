-- expect: distributed AggregateExec
SELECT count(*) FROM facts WHERE qty % 7 = 3;
