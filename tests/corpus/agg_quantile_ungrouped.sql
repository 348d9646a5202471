-- expect: one-task AggregateExec
SELECT median(amount), quantile_disc(name, 0.5), quantile_cont(ts, 0.5), percentile_cont(0.3) WITHIN GROUP (ORDER BY qty), percentile_disc(0.7) WITHIN GROUP (ORDER BY id DESC) FROM facts;
