-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT repeat(name, 60) AS n, tags FROM facts ORDER BY n DESC, id;
