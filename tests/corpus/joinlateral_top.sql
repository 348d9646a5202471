-- expect: distributed
SELECT d.k, t.id, t.amount FROM dims d, LATERAL (SELECT id, amount FROM facts f WHERE f.k = d.k ORDER BY amount DESC, id LIMIT 2) t WHERE d.k < 100;
