-- The partner of an outer join may be NULL in any task: its column is no key, and the window by it needs a shuffle.
SELECT u.k, u.name, e.n, max(u.name) OVER (PARTITION BY u.k) AS last
FROM (SELECT k, count(DISTINCT id) AS n FROM events GROUP BY k) e LEFT JOIN users u ON e.k = u.k;
