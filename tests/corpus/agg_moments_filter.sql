-- expect: distributed AggregateExec: mode=Partial
SELECT grp, stddev(price) FILTER (WHERE qty > 100), corr(score, score * qty) FILTER (WHERE flag), regr_count(score, qty) FILTER (WHERE flag), kurtosis(qty) FILTER (WHERE k IS NOT NULL), var_samp(qty) FILTER (WHERE qty < -1000) FROM facts GROUP BY grp;
