-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, uid FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (uid) uid, key % 1 AS key FROM alltypes) b ON a.uid = b.uid;
