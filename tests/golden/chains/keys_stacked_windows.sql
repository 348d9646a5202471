-- The window above needs rows by k, the one below by k and v: rows that are spread by k do for both.
SELECT k, v, max(n) OVER (PARTITION BY k) AS most
FROM (SELECT k, v, rank() OVER (PARTITION BY k, v ORDER BY k) AS n FROM readings);
