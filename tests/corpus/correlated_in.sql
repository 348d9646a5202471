-- expect: distributed
SELECT f.id FROM facts f WHERE f.id < 3000 AND f.qty IN (SELECT l.strength FROM links l WHERE l.k = f.k);
