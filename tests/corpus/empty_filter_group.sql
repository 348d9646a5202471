-- expect: distributed AggregateExec
SELECT k, sum(amount) FROM facts WHERE qty > 100000 + id * 0 GROUP BY k;
