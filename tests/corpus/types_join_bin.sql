-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, bin FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (bin) bin, key % 1 AS key FROM alltypes) b ON a.bin = b.bin;
