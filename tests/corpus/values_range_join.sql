-- expect: distributed
SELECT r.i, count(f.id) FROM range(400) r(i) LEFT JOIN facts f ON f.k = r.i GROUP BY r.i;
