-- expect: distributed
-- set: eider_bytes_per_task=20000
-- set: eider_broadcast_joins=false
SELECT a.region, count(*) FROM accounts a WHERE a.opened IS NOT NULL AND EXISTS (FROM visits v WHERE v.account = a.account AND v.paid > 0)
GROUP BY a.region;
