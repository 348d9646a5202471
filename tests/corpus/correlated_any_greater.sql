-- expect: distributed
SELECT f.id, f.qty > ANY (SELECT l.strength FROM links l WHERE l.k = f.k) AS a, f.qty < ALL (SELECT l.strength FROM links l WHERE l.k = f.k AND l.strength > 200) AS b FROM facts f WHERE f.id < 1000;
