-- expect: local native_table
-- set: eider_split_native_tables=true
-- setup: BEGIN
-- setup: INSERT INTO native_small VALUES (1000, 'new')
-- teardown: ROLLBACK
SELECT k, v FROM native_small WHERE k > 5;
