-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT k % 3 AS r, 'x' AS c FROM facts ORDER BY r DESC NULLS FIRST;
