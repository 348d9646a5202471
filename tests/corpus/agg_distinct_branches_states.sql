-- aggregates that have states but take no lists
-- expect: distributed DistinctExec
SELECT stddev(DISTINCT qty), var_pop(DISTINCT qty), bit_xor(DISTINCT qty), covar_pop(DISTINCT qty, id), regr_count(DISTINCT qty, k), corr(DISTINCT id, qty), count(*) FROM facts;
