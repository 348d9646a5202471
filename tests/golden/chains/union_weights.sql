-- The large input has most tasks; the union with a DISTINCT within has its own stage, so it is read by all of them.
-- show: tasks
SELECT order_id FROM items UNION ALL SELECT id FROM orders UNION ALL (SELECT k FROM ledger UNION SELECT id FROM customers);
