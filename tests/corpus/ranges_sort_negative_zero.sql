-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, z FROM (SELECT id, CASE WHEN id % 2 = 0 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS z FROM facts) ORDER BY z, id;
