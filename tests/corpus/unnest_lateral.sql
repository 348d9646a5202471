-- expect: local order_dependent
SELECT f.id, u.t FROM facts f, unnest(f.tags) AS u(t) WHERE f.id % 3 = 0;
