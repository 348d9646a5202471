-- expect: distributed
-- set: eider_split_native_tables=true
-- setup: CREATE TABLE gen (a INTEGER, b INTEGER AS (a * 2))
-- setup: INSERT INTO gen SELECT range FROM range(1000)
-- teardown: DROP TABLE gen
SELECT a, b FROM gen WHERE b % 3 = 0;
