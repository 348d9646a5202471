-- Each task makes the states of the finest set, the head makes all sets of them.
SELECT kind, k % 3 AS r, sum(amount), grouping(kind, k % 3) FROM events GROUP BY ROLLUP (kind, k % 3);
