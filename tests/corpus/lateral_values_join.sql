-- expect: distributed UnnestExec
SELECT d.k, v.x, count(*) AS n FROM dims d JOIN facts f ON f.k = d.k CROSS JOIN LATERAL (VALUES (f.qty), (d.k), (NULL)) AS v(x)
WHERE v.x IS NULL OR v.x > 3 GROUP BY d.k, v.x;
