-- Which row of a key stays is decided by the order in which they are stored.
-- expect: local order_dependent
-- setup: CREATE TABLE made (k INTEGER PRIMARY KEY, n BIGINT)
-- teardown: DROP TABLE made
INSERT OR IGNORE INTO made SELECT k, id FROM facts WHERE k IS NOT NULL;
