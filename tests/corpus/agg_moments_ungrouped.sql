-- expect: distributed AggregateExec: mode=Partial
SELECT var_pop(price), var_samp(qty), stddev(price), stddev_pop(score), sem(qty), skewness(qty * qty), kurtosis(qty), kurtosis_pop(price), covar_pop(price, qty * price), corr(amount, amount + qty) FROM facts;
