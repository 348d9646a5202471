-- expect: local native_table
-- set: eider_split_native_tables=true
-- setup: CREATE TABLE own AS SELECT 1 AS "RowId", i AS k FROM range(1000) r(i)
-- teardown: DROP TABLE own
SELECT k FROM own WHERE k % 3 = 0;
