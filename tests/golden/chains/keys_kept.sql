-- The orders are sent to all tasks although they are many, because the window needs rows by k, as the aggregate has left them.
-- set: eider_broadcast_rows=2000
SELECT r.k, o.id, rank() OVER (PARTITION BY r.k ORDER BY o.id, r.v) AS place
FROM (SELECT k, v, count(*) AS n FROM readings GROUP BY k, v) r JOIN orders o ON r.n = o.id;
