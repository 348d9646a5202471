-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT name FROM facts WHERE k < 40 ORDER BY length(name) DESC, name NULLS FIRST;
