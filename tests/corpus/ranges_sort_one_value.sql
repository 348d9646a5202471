-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT 1 AS one FROM facts WHERE id > 5 ORDER BY id % 1;
