-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, dat FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (dat) dat, key % 1 AS key FROM alltypes) b ON a.dat = b.dat;
