-- Tables that are worth one task each are worth several together; each is in one task. None has a boundary of its own.
-- set: eider_bytes_per_task=12000
-- show: tasks
SELECT id FROM orders UNION ALL SELECT id FROM events WHERE day > DATE '2024-01-05' UNION ALL SELECT id FROM customers
UNION ALL SELECT k FROM ledger;
