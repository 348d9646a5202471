-- expect: any
SELECT d.k, count(*) FROM dims d JOIN links l ON l.strength BETWEEN d.k * 4 AND d.k * 4 + 3 GROUP BY d.k;
