-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, boo FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (boo) boo, key % 1 AS key FROM alltypes) b ON a.boo = b.boo;
