-- expect: distributed AggregateExec
SELECT grp, covar_pop(price, qty), covar_samp(price, qty), corr(price, qty), regr_slope(price, qty), regr_intercept(price, qty), regr_r2(price, qty), regr_count(price, qty), regr_avgx(price, qty), regr_avgy(price, qty), regr_sxx(price, qty), regr_syy(price, qty), regr_sxy(price, qty) FROM facts GROUP BY grp;
