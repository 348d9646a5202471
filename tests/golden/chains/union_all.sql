-- The inputs share the tasks by the bytes of their files. What is not of files comes through a boundary.
-- show: tasks
SELECT k, name AS what FROM users UNION ALL SELECT k, kind FROM events WHERE id < 500 UNION ALL SELECT 7, 'constant';
