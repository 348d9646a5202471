-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, u64 FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (u64) u64, key % 1 AS key FROM alltypes) b ON a.u64 = b.u64;
