-- expect: any
-- check: error
SELECT nope FROM facts;
