-- A LIMIT below a join is taken once, not once per task.
SELECT count(*) FROM events e JOIN (SELECT k FROM users ORDER BY k LIMIT 20) u ON e.k = u.k;
