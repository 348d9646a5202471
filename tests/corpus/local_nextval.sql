-- expect: local volatile_function
-- check: count
SELECT id, nextval('seq') FROM facts WHERE id < 50;
