-- expect: any
SELECT d.k, (WITH RECURSIVE r AS (SELECT d.k AS n UNION ALL SELECT r.n + 50 FROM r JOIN (SELECT DISTINCT k FROM facts) f ON f.k = r.n + 50 WHERE r.n < 300) SELECT count(*) FROM r) AS steps
FROM dims d WHERE d.k < 60;
