-- expect: distributed
SELECT d.k FROM dims d WHERE EXISTS (SELECT 1 FROM links l WHERE l.k = d.k AND l.strength > d.weight * 20 + 900);
