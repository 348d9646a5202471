-- expect: any
SELECT f.id FROM facts f WHERE f.id < 1000 AND f.qty <> ANY (SELECT l.strength FROM links l WHERE l.k = f.k);
