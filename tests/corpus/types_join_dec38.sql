-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, dec38 FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (dec38) dec38, key % 1 AS key FROM alltypes) b ON a.dec38 = b.dec38;
