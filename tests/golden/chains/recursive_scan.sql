-- The steps join a file that is worth no task of its own: it is read once, before them.
-- set: eider_bytes_per_task=4000
WITH RECURSIVE r AS (
  SELECT order_id AS id, 0 AS depth FROM items GROUP BY order_id HAVING count(*) > 9
  UNION ALL
  SELECT c.id + 1, depth + 1 FROM r JOIN customers c ON c.id = r.id WHERE depth < 3)
SELECT depth, count(*) AS n FROM r GROUP BY depth;
