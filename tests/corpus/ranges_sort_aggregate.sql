-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, count(*) AS n, max(name) AS m FROM facts GROUP BY id ORDER BY m DESC NULLS LAST, id;
