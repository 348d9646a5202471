-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, ts_ns FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (ts_ns) ts_ns, key % 1 AS key FROM alltypes) b ON a.ts_ns = b.ts_ns;
