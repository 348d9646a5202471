-- expect: distributed
SELECT id AS x, k AS x, qty AS x FROM facts WHERE id < 100;
