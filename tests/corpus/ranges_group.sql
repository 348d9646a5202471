-- expect: distributed AggregateExec
SELECT account, count(*), sum(paid), min(seen), count(DISTINCT kind) FROM visits GROUP BY account HAVING count(*) > 2;
