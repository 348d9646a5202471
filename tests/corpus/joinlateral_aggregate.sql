-- expect: distributed
SELECT d.k, t.s, t.n FROM dims d CROSS JOIN LATERAL (SELECT sum(qty) AS s, count(*) AS n FROM facts f WHERE f.k = d.k) t;
