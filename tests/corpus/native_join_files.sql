-- expect: distributed
SELECT n.v, count(*), sum(f.amount) FROM facts f JOIN native_small n ON f.k = n.k GROUP BY n.v;
