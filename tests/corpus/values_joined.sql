-- expect: distributed
SELECT f.id, v.name FROM facts f JOIN (VALUES (1, 'one'), (7, 'seven'), (NULL, 'none')) v(k, name) ON f.k = v.k;
