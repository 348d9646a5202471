-- expect: distributed AggregateExec
-- setup: CREATE OR REPLACE TABLE made (k INTEGER PRIMARY KEY, n BIGINT)
-- setup: INSERT INTO made VALUES (7, 1), (8, 2)
-- teardown: DROP TABLE IF EXISTS made
INSERT INTO made SELECT k, count(*) FROM facts WHERE k IS NOT NULL GROUP BY k ON CONFLICT (k) DO UPDATE SET n = made.n + excluded.n RETURNING *;
