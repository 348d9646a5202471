-- expect: any
-- set: ieee_floating_point_ops=true
SELECT id, price / (k - 7) AS x, qty::DOUBLE / 0 AS y FROM facts WHERE id % 13 = 0;
