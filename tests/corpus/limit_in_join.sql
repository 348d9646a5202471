-- expect: distributed
SELECT t.id, d.label FROM (SELECT id, k FROM facts ORDER BY amount DESC, id LIMIT 50) t JOIN dims d ON d.k = t.k;
