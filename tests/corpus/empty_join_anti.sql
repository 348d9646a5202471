-- expect: distributed
SELECT f.id FROM facts f WHERE f.id < 300 AND NOT EXISTS (SELECT 1 FROM nothings n WHERE n.k = f.k);
