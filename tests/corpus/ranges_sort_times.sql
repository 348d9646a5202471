-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, iv, tim_tz, ts_ns, tim FROM alltypes ORDER BY iv DESC NULLS FIRST, tim_tz, ts_ns DESC, tim NULLS FIRST, id;
