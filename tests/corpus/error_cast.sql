-- expect: distributed
-- check: error
SELECT sum(name::INTEGER) FROM facts;
