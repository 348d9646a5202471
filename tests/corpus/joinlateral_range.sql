-- expect: any
SELECT f.id, r.i FROM facts f, LATERAL range(f.qty % 4) r(i) WHERE f.id < 500 AND f.qty > 0;
