-- expect: distributed
-- set: eider_split_native_tables=true
-- setup: CREATE TABLE none (k BIGINT, v VARCHAR)
-- teardown: DROP TABLE none
SELECT n.v, count(f.id) FROM native_facts f LEFT JOIN none n USING (k) GROUP BY ALL;
