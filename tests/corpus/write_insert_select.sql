-- expect: distributed HashJoinExec
-- setup: CREATE OR REPLACE TABLE made (id BIGINT, region VARCHAR)
-- teardown: DROP TABLE IF EXISTS made
INSERT INTO made SELECT f.id, d.region FROM facts f JOIN dims d ON f.k = d.k;
