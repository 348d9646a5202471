-- expect: any
-- set: ieee_floating_point_ops=false
SELECT id, price / (k - 7) AS x FROM facts WHERE id % 13 = 0;
