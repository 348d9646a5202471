-- expect: distributed
SELECT d.k, (SELECT f.id FROM facts f WHERE f.k = d.k ORDER BY f.amount DESC, f.id LIMIT 1) AS top FROM dims d;
