-- What a join has made equal is one key: the window by the partner's column needs no shuffle, although that side came by broadcast.
SELECT u.k, u.name, e.n, max(u.name) OVER (PARTITION BY u.k) AS last
FROM (SELECT k, count(DISTINCT id) AS n FROM events GROUP BY k) e JOIN users u ON e.k = u.k;
