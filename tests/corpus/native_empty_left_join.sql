-- expect: distributed
SELECT f.id, e.v FROM facts f LEFT JOIN native_empty e ON e.k = f.k WHERE f.id < 200;
