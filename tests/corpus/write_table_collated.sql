-- expect: local type
-- setup: CREATE TABLE words (k INTEGER, s VARCHAR COLLATE NOCASE)
-- setup: INSERT INTO words SELECT k, v FROM native_small
-- teardown: DROP TABLE made
-- teardown: DROP TABLE words
CREATE TABLE made AS SELECT w.s, count(*) AS n FROM words w JOIN facts f USING (k) GROUP BY w.s;
