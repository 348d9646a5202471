-- The join may go by a part of its keys, because what is above groups by that part.
-- set: eider_broadcast_joins=false
SELECT a.k, median(a.v) AS middle FROM readings a JOIN (SELECT DISTINCT k, v FROM readings) b ON a.k = b.k AND a.v = b.v GROUP BY a.k;
