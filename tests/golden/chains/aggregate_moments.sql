-- Variances and correlations have states of their own: a struct, merged by list_reduce; skewness sums of powers.
SELECT kind, stddev(amount) AS spread, corr(amount, k) FILTER (WHERE k > 3) AS both, skewness(k) AS lean, regr_count(amount, k) AS n
FROM events GROUP BY kind;
