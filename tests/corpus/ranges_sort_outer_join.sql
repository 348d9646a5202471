-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT f.id, d.label, d.k FROM facts f FULL JOIN dims d ON f.k = d.k + 50 ORDER BY d.label DESC NULLS FIRST, f.id NULLS FIRST, d.k;
