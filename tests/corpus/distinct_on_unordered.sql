-- expect: distributed
-- check: count
SELECT DISTINCT ON (k) k, id FROM facts;
