-- expect: local order_dependent
-- check: count
SELECT id FROM facts USING SAMPLE 100 ROWS;
