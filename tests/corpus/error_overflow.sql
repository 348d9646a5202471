-- expect: distributed
-- check: error
SELECT sum((id * 1000000000000000)::BIGINT * id) FROM facts;
