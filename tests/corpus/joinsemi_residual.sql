-- expect: distributed
SELECT f.id FROM facts f WHERE EXISTS (SELECT 1 FROM links l WHERE l.fid = f.id AND l.strength > f.qty);
