-- expect: any
SELECT f.id, u.t FROM facts f LEFT JOIN unnest(f.tags) AS u(t) ON true WHERE f.id < 1000;
