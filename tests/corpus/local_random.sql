-- expect: local volatile_function
-- check: none
SELECT id, random() AS r FROM facts;
