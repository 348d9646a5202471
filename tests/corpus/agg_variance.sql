-- expect: distributed AggregateExec
SELECT grp, stddev(price), stddev_pop(price), var_samp(qty), var_pop(qty), sem(price), skewness(qty), kurtosis(qty) FROM facts GROUP BY grp;
