-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT DISTINCT id, name, k FROM facts ORDER BY k DESC NULLS LAST, name, id;
