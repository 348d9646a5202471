-- expect: distributed
SELECT x.k FROM dims x WHERE x.k < 120 AND EXISTS (SELECT 1 FROM facts f WHERE f.k = x.k AND f.qty > (SELECT avg(l.strength) FROM links l WHERE l.k = f.k AND l.strength < x.k + 600));
