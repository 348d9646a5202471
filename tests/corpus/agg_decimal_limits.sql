-- expect: distributed AggregateExec
SELECT key, sum(dec18), avg(dec18), max(dec38), min(dec38), sum(dec9 * dec4) FROM alltypes GROUP BY key;
