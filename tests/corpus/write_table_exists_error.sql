-- expect: local target
-- check: error
-- setup: CREATE TABLE made AS SELECT 1 AS x
-- teardown: DROP TABLE made
CREATE TABLE made AS SELECT sum(CAST('x' || k AS INTEGER)) AS s FROM facts;
