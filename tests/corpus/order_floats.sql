-- expect: one-task SortExec
-- order: yes
SELECT f64, f32, id FROM alltypes ORDER BY f64, f32 DESC, id;
