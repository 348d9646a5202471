-- expect: distributed AggregateExec
-- setup: CREATE OR REPLACE TABLE made (grp VARCHAR, n BIGINT)
-- teardown: DROP TABLE IF EXISTS made
INSERT INTO made BY NAME SELECT count(*) AS n, grp FROM facts GROUP BY grp RETURNING grp, n * 2 AS twice;
