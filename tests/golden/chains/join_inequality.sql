-- No equality: one side goes to every task.
SELECT u.name, count(*) FROM users u JOIN events e ON e.amount > u.k * 10 GROUP BY u.name;
