-- expect: distributed AggregateExec
SELECT id, countif(flag), countif(k2 > 0) FROM facts GROUP BY id;
