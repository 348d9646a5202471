-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, iv FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (iv) iv, key % 1 AS key FROM alltypes) b ON a.iv = b.iv;
