-- expect: local volatile_function
-- check: count
SELECT id, uuid() FROM facts WHERE id < 100;
