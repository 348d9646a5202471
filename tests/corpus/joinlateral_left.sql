-- expect: distributed
SELECT d.k, t.m FROM dims d LEFT JOIN LATERAL (SELECT max(id) AS m FROM facts f WHERE f.k = d.k HAVING count(*) > 40) t ON true;
