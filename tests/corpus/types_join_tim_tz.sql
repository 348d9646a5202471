-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, tim_tz FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (tim_tz) tim_tz, key % 1 AS key FROM alltypes) b ON a.tim_tz = b.tim_tz;
