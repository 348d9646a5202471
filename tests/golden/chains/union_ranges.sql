-- Scans that can be cut at the same values of a key make a union that is in step, where somebody groups by it.
-- show: tasks
SELECT key, count(DISTINCT what) AS n FROM (
  SELECT id AS key, status AS what FROM trips UNION ALL SELECT trip, place::VARCHAR FROM legs) GROUP BY key;
