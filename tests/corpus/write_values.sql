-- expect: local not_a_query
-- setup: CREATE OR REPLACE TABLE made (k INTEGER)
-- teardown: DROP TABLE IF EXISTS made
INSERT INTO made VALUES (1), (2);
