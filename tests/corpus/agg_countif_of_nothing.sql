-- expect: distributed AggregateExec
SELECT countif(id > 5), count(*) FILTER (WHERE id > 5), countif(flag) FROM facts WHERE id < 0;
