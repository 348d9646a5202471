-- expect: distributed
SELECT f.id FROM facts f WHERE f.amount > (SELECT avg(g.amount) + 9000 FROM facts g WHERE g.k = f.k);
