-- DISTINCT ON keeps one row per key, by the order.
SELECT DISTINCT ON (kind) kind, id, amount FROM events ORDER BY kind, amount DESC, id;
