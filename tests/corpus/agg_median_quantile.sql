-- expect: distributed AggregateExec
SELECT grp, median(qty), quantile_cont(price, 0.25), quantile_disc(id, 0.9), quantile_cont(qty, [0.1, 0.5, 0.9]), mad(qty), quantile_disc(amount, 0.5) FROM facts GROUP BY grp;
