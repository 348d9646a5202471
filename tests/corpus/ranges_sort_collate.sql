-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT name, id FROM facts ORDER BY name COLLATE NOCASE DESC, name, id;
