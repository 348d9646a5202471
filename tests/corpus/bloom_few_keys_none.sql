-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
-- set: eider_broadcast_joins=false
SELECT v.kind, count(*) FROM visits v WHERE v.account IN (SELECT account FROM accounts WHERE owner = 'nobody') GROUP BY v.kind;
