-- expect: distributed
SELECT f.id, f.qty > ANY (SELECT strength FROM links WHERE kind = 'own') AS a, f.qty <= ALL (SELECT strength FROM links WHERE kind = 'see' AND strength > 900) AS b FROM facts f WHERE f.id < 800;
