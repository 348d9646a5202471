-- expect: any
-- check: count
SELECT id FROM facts LIMIT 10%;
