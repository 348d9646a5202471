-- expect: distributed
SELECT f.id, t.x, t.y FROM facts f, LATERAL (SELECT f.qty * 2 AS x, f.k + 1 AS y) t WHERE f.id % 17 = 0;
