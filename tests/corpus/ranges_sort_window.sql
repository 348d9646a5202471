-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, k, sum(qty) OVER (PARTITION BY k ORDER BY id) AS s FROM facts ORDER BY s NULLS FIRST, id;
