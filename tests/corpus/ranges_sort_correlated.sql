-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT f.id, (SELECT max(d.label) FROM dims d WHERE d.k = f.k) AS l FROM facts f ORDER BY l NULLS FIRST, f.id;
