-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, ts_tz FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (ts_tz) ts_tz, key % 1 AS key FROM alltypes) b ON a.ts_tz = b.ts_tz;
