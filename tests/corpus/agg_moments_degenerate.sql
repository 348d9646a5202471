-- groups of equal values, of NULLs, of one row
-- expect: distributed AggregateExec: mode=Partial
SELECT grp, var_samp(c), var_pop(c), sem(c), corr(c, x), corr(x, c), regr_r2(c, x), regr_r2(x, c), regr_slope(x, c), regr_intercept(x, c), regr_sxx(x, c), stddev(x), regr_count(x, c), regr_avgx(x, c)
FROM (SELECT id, grp, CASE grp WHEN 'alpha' THEN 0.1::DOUBLE WHEN 'beta' THEN 1 / 3 WHEN 'gamma' THEN NULL ELSE 0.7::DOUBLE END AS c, CASE WHEN grp <> 'delta' OR id < 9 THEN qty::DOUBLE END AS x FROM facts) GROUP BY grp;
