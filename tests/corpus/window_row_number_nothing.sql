-- expect: local order_dependent
-- check: count
SELECT id, row_number() OVER () FROM facts;
