-- The same, shuffled: all of it is in step with the outer rows' keys.
-- set: eider_broadcast_joins=false
SELECT u.name FROM users u WHERE u.country = 'B' AND u.k > (SELECT 0.2 * avg(e.amount) FROM events e WHERE e.k = u.k);
