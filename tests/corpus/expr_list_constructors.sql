-- expect: distributed
SELECT id, [k, qty, NULL], list_value(grp, name), range(k % 4), [[k], [], NULL], generate_series(1, qty % 3) FROM facts WHERE id % 11 = 0;
