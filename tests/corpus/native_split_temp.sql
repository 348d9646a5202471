-- expect: local native_table
-- set: eider_split_native_tables=true
-- setup: CREATE TEMP TABLE tt AS SELECT k, count(*) AS n FROM facts GROUP BY k
-- teardown: DROP TABLE tt
SELECT k, n FROM tt WHERE n > 1;
