-- A LIMIT over what has no order: each task stops early.
SELECT e.id, u.name FROM events e JOIN users u ON e.k = u.k LIMIT 10 OFFSET 2;
