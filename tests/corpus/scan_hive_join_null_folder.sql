-- expect: distributed HashJoinExec
-- set: eider_broadcast_joins=false
SELECT a.id, a.month, b.year FROM hive a JOIN (SELECT DISTINCT year, month, name FROM hive WHERE v > 50) b
ON a.month IS NOT DISTINCT FROM b.month AND a.name = b.name;
