-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, name FROM (SELECT * FROM facts ORDER BY name DESC, id OFFSET 100) LIMIT 12000 OFFSET 33;
