-- The trips and what they are joined with are worth one task, the legs four. The trips are cut by the ranges of the legs, and only the
-- few orders are sent; the other way, 10,000 trips would be sent to each task.
-- set: eider_bytes_per_task=12000
-- set: eider_broadcast_rows=1000000
SELECT t.status, sum(l.place) AS places FROM legs l
JOIN (SELECT t.id, t.status FROM trips t JOIN orders o ON o.id = t.id % 100 WHERE o.status = 'a') t ON l.trip = t.id GROUP BY ALL;
