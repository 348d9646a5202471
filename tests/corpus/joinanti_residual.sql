-- expect: distributed
SELECT f.id FROM facts f WHERE f.id < 2000 AND NOT EXISTS (SELECT 1 FROM links l WHERE l.fid = f.id AND l.strength < f.qty);
