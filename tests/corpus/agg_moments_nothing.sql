-- expect: distributed AggregateExec: mode=Partial
SELECT var_pop(qty), stddev(price), corr(price, qty), regr_count(price, qty), regr_avgx(price, qty), regr_sxy(price, qty), skewness(qty), kurtosis(qty), product(qty), count(DISTINCT k), sum(DISTINCT k), avg(DISTINCT k), arg_max_null(name, qty) FROM facts WHERE qty > 100000 AND k < 0;
