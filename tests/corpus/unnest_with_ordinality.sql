-- expect: any
SELECT f.id, u.x, u.i FROM facts f, unnest(f.nums) WITH ORDINALITY AS u(x, i) WHERE f.id < 800;
