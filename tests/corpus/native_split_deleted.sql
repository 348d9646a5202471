-- expect: distributed
-- set: eider_split_native_tables=true
-- setup: CREATE TABLE holes AS SELECT i AS k, i % 5 AS g FROM range(300000) r(i)
-- setup: DELETE FROM holes WHERE k % 3 = 0 OR k < 150000
-- teardown: DROP TABLE holes
SELECT g, count(*), sum(k), min(rowid), max(rowid) FROM holes GROUP BY g;
