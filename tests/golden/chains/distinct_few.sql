-- DISTINCT per task and once more in the head.
SELECT DISTINCT kind, k % 2 AS odd FROM events;
