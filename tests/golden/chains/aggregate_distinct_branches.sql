-- Several of them: a branch each, over the files again, and one for all others.
SELECT count(DISTINCT k) AS ks, count(DISTINCT k + v) AS kvs, max(v) AS v FROM readings;
