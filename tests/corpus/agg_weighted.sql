-- expect: distributed AggregateExec
SELECT grp, weighted_avg(price, qty) FROM facts WHERE qty > 0 GROUP BY grp;
