-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, name FROM facts WHERE id + k < -1000000000 ORDER BY name, id;
