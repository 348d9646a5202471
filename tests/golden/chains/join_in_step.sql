-- Rows that are spread by the key already are joined and aggregated where they are.
-- set: eider_broadcast_joins=false
SELECT u.k, u.name, count(DISTINCT e.id) AS n FROM events e JOIN users u ON e.k = u.k GROUP BY u.k, u.name;
