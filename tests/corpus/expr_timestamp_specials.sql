-- expect: distributed
SELECT id, dat, isfinite(dat), isinf(ts_us), CASE WHEN isfinite(dat) AND dat < DATE '9000-01-01' THEN dat + 1 END, year(dat), ts_us < TIMESTAMP '2000-01-01', ts_ns, ts_s, ts_ms, epoch_ns(ts_ns), tim, tim_ns FROM alltypes;
