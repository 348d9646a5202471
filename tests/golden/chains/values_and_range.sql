-- What is not in files is one task's.
SELECT r.i, v.name, e.id FROM range(10) r(i) JOIN (VALUES (1, 'one'), (2, 'two')) v(i, name) ON r.i = v.i JOIN events e ON e.k = r.i;
