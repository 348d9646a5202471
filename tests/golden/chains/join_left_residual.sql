-- Outer join with a condition that is no equality.
-- set: eider_broadcast_joins=false
SELECT u.name, e.id FROM users u LEFT JOIN events e ON u.k = e.k AND e.amount > u.k * 2;
