-- The outer rows are a stage that three read: the distinct keys, the inner side, the join.
SELECT u.name FROM users u WHERE EXISTS (SELECT 1 FROM events e WHERE e.k = u.k AND e.amount > 95 AND e.id <> u.k);
