-- expect: distributed
SELECT id, hash(k, grp) % 10 AS h, hash(name) FROM facts WHERE id % 9 = 4;
