-- expect: distributed
SELECT f.id FROM facts f WHERE f.id < 300 AND f.k NOT IN (SELECT k FROM nothings);
