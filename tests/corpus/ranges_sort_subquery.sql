-- expect: any
-- set: eider_range_sorts=true
SELECT s.name, count(*) FROM (SELECT name, id FROM facts ORDER BY id LIMIT 5000) s GROUP BY s.name;
