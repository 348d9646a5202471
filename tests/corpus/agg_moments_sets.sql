-- expect: distributed AggregateExec: mode=Partial
SELECT grp, flag, stddev(price), regr_r2(price, price * qty), skewness(qty * qty), count(DISTINCT grp), grouping(flag) FROM facts GROUP BY ROLLUP (grp, flag);
