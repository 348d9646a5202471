-- expect: distributed AggregateExec
SELECT k, sum(price), avg(price), sum(score), avg(score), fsum(price), min(price), max(score) FROM facts GROUP BY k;
