-- expect: distributed
SELECT f.id, n.id, n.name FROM facts f LEFT JOIN nothings n ON f.k = n.k WHERE f.id < 500;
