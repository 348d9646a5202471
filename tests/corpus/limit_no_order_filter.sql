-- expect: local order_dependent
-- check: subset
-- superset: SELECT id, k FROM facts WHERE k = 7
SELECT id, k FROM facts WHERE k = 7 LIMIT 20 OFFSET 11;
