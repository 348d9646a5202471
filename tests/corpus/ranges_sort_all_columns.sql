-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, k, grp, tags, nums, info FROM facts ORDER BY ALL;
