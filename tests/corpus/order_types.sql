-- expect: one-task SortExec
-- order: yes
SELECT dat, ts_tz, uid, dec38, id FROM alltypes ORDER BY dat DESC, ts_tz NULLS LAST, uid, dec38 DESC, id;
