-- expect: local order_dependent
-- check: subset
-- superset: SELECT id, k FROM facts
SELECT id, k FROM facts LIMIT 37;
