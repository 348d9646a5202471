-- expect: distributed AggregateExec
SELECT sum(i64) FROM alltypes WHERE i64 > 0;
