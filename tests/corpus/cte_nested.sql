-- expect: distributed
WITH a AS (SELECT k, qty FROM facts), b AS (SELECT k, sum(qty) AS s FROM a GROUP BY k), c AS (SELECT max(s) AS m FROM b) SELECT b.k, b.s, c.m FROM b, c WHERE b.s > c.m / 20;
