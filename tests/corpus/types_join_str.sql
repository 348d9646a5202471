-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, str FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (str) str, key % 1 AS key FROM alltypes) b ON a.str = b.str;
