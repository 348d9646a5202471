-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, dat, ts_tz, uid, dec38 FROM alltypes ORDER BY dat DESC, ts_tz NULLS LAST, uid, dec38 DESC, id;
