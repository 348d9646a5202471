-- The small side goes to every task.
SELECT e.id, u.name FROM events e JOIN users u ON e.k = u.k WHERE u.country = 'A';
