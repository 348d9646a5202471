-- A CTE is one stage, which several read.
WITH totals AS MATERIALIZED (SELECT k, sum(amount) AS total FROM events GROUP BY k)
SELECT a.k, a.total, b.total FROM totals a JOIN totals b ON a.k = b.k + 1 WHERE b.total > 10;
