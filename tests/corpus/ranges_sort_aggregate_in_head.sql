-- expect: one-task SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT name, count(*) AS n FROM facts GROUP BY name ORDER BY n DESC, name;
