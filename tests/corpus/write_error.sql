-- expect: any
-- check: error
-- setup: CREATE OR REPLACE TABLE made (k INTEGER NOT NULL)
-- teardown: DROP TABLE IF EXISTS made
INSERT INTO made SELECT k FROM facts;
