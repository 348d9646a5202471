-- expect: local parameter
-- check: error
SELECT id FROM facts WHERE qty > $1;
