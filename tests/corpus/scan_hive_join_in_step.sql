-- expect: distributed HashJoinExec
-- set: eider_broadcast_joins=false
SELECT a.month, b.month AS other, count(*) AS n, median(a.v) AS middle
FROM hive a FULL JOIN (SELECT * FROM hive WHERE year < 2022) b ON a.month = b.month AND a.id = b.id GROUP BY ALL;
