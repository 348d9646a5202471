-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT f.id, d.label FROM facts f JOIN dims d ON f.k = d.k ORDER BY d.label, f.id, d.k;
