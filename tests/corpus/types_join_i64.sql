-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, i64 FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (i64) i64, key % 1 AS key FROM alltypes) b ON a.i64 = b.i64;
