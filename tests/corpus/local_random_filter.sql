-- expect: local volatile_function
-- check: none
SELECT count(*) FROM facts WHERE random() < 0.5;
