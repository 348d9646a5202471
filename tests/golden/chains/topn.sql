-- The first rows of each task, and the first of those.
SELECT id, amount FROM events ORDER BY amount DESC, id LIMIT 5 OFFSET 3;
