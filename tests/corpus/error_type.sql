-- expect: any
-- check: error
SELECT sum(tags) FROM facts;
