-- a mean of 1e9 with a spread of hundreds: squares that are subtracted would leave nothing
-- expect: distributed AggregateExec: mode=Partial
SELECT grp, var_pop(1e9 + qty), stddev(qty - 1e9), covar_samp(1e9 + qty, 1e9 + 2 * qty), corr(1e9 + qty, qty * 3 - 1e9), regr_slope(qty, 1e9 + qty), regr_r2(1e9 + qty, qty + 0.5 * k) FROM facts GROUP BY grp;
