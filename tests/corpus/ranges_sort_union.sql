-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT * FROM (SELECT id, name FROM facts UNION ALL SELECT k, label FROM dims) ORDER BY name NULLS FIRST, id;
