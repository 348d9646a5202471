-- The trips and what they are joined with are worth one task, the legs three. The trips are cut by the ranges of the legs, and only the
-- few customers are sent; the other way, those trips would be sent to each task.
-- set: eider_bytes_per_task=45000
-- set: eider_broadcast_rows=1000000
SELECT t.status, sum(l.place) AS places FROM legs l
JOIN (SELECT t.id, t.status FROM trips t LEFT JOIN customers c ON c.id = t.id % 100 WHERE c.country IS NULL OR c.country = 'A') t
ON l.trip = t.id GROUP BY ALL;
