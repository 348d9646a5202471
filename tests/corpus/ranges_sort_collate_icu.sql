-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT name, id FROM facts WHERE length(name) < 10 ORDER BY name COLLATE de NULLS FIRST, name, id;
