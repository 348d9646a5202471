-- The orders are sent to all tasks although they are many, because legs that stay cut by their trips are in step with these.
-- set: eider_broadcast_rows=2000
SELECT t.status, o.status, count(*) AS n FROM legs l JOIN orders o ON l.place = o.id JOIN trips t ON l.trip = t.id GROUP BY ALL;
