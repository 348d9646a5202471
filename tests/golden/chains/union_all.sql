-- Every task takes a part of each input.
-- show: tasks
SELECT k, name AS what FROM users UNION ALL SELECT k, kind FROM events WHERE id < 500 UNION ALL SELECT 7, 'constant';
