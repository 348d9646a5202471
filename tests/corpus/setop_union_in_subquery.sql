-- expect: distributed
SELECT t, sum(k) FROM (SELECT 1 AS t, k FROM facts UNION ALL SELECT 2, k FROM links UNION ALL SELECT 3, k FROM dims) GROUP BY t;
