-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, un, arr FROM arrays ORDER BY un DESC NULLS LAST, arr, id;
