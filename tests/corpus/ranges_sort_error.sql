-- expect: any
-- check: error
-- set: eider_range_sorts=true
SELECT id, CAST(name AS INTEGER) AS n FROM facts ORDER BY n, id;
