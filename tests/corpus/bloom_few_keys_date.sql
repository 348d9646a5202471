-- expect: distributed HashJoinExec
-- set: eider_range_scans=false
-- set: eider_broadcast_joins=false
SELECT v.kind, count(*), min(v.seen) FROM visits v JOIN (SELECT DISTINCT opened FROM accounts WHERE account < -690) a ON v.day = a.opened GROUP BY v.kind;
