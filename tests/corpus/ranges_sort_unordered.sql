-- expect: one-task SortExec
-- set: eider_range_sorts=true
-- set: preserve_insertion_order=false
-- order: yes
SELECT id, name FROM facts ORDER BY name, id;
