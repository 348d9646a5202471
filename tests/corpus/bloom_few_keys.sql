-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
-- set: eider_broadcast_joins=false
SELECT v.day, count(*), sum(v.paid) FROM visits v
WHERE v.account IN (SELECT a.account FROM accounts a WHERE a.account IN (7, 8, 250) OR a.account > 100000) GROUP BY v.day;
