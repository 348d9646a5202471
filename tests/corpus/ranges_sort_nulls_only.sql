-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT NULLIF(id, id) AS n FROM facts ORDER BY n NULLS FIRST;
