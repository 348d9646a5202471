-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT f64, f32, id FROM alltypes ORDER BY f64 DESC, f32, id;
