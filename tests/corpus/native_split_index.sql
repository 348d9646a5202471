-- expect: any
-- set: eider_split_native_tables=true
-- setup: CREATE TABLE keyed (k INTEGER PRIMARY KEY, v INTEGER)
-- setup: INSERT INTO keyed SELECT range, range * 3 FROM range(50000)
-- teardown: DROP TABLE keyed
SELECT v FROM keyed WHERE k = 777;
