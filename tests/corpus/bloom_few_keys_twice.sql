-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
-- set: eider_broadcast_joins=false
SELECT w.vid, v.vid FROM visits v JOIN visits w ON v.account = w.account AND v.vid < w.vid
WHERE v.account IN (SELECT a.account FROM accounts a WHERE a.owner = 'acc-5');
