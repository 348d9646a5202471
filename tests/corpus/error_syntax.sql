-- expect: any
-- check: error
SELECT id FROM facts WHERE;
