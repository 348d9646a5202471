-- expect: local not_a_query
-- check: none
-- teardown: DROP TABLE made
CREATE TABLE made (x INTEGER);
