-- expect: distributed
SELECT d.k FROM dims d WHERE d.k2 > 15 OR EXISTS (SELECT 1 FROM links l WHERE l.k = d.k AND l.kind = 'own');
