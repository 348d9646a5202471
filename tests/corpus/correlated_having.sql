-- expect: distributed
SELECT f.k, sum(f.qty) AS s FROM facts f GROUP BY f.k HAVING sum(f.qty) > (SELECT max(l.strength) * 10 FROM links l WHERE l.k = f.k);
