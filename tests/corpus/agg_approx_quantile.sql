-- expect: distributed AggregateExec
-- check: count
SELECT grp, approx_quantile(price, 0.5), reservoir_quantile(qty, 0.5), approx_top_k(k, 3) FROM facts GROUP BY grp;
