-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, i128 FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (i128) i128, key % 1 AS key FROM alltypes) b ON a.i128 = b.i128;
