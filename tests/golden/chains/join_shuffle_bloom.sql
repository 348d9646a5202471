-- Both sides are shuffled; the scan of the larger one drops what the smaller one has no key for.
-- set: eider_broadcast_joins=false
SELECT e.id, u.name FROM events e JOIN users u ON e.k = u.k WHERE u.country = 'A' AND u.since < TIMESTAMP '2021-06-01 12:00:00';
