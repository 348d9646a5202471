-- expect: distributed AggregateExec
SELECT id, var_samp(qty), var_pop(qty), stddev(qty), covar_samp(qty, price), corr(qty, price) FROM facts WHERE id < 300 GROUP BY id;
