-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, price FROM facts ORDER BY price DESC NULLS LAST, id LIMIT 40%;
