-- expect: distributed
SELECT f.id FROM facts f WHERE (f.k, f.grp) IN (SELECT k, grp FROM dims) OR f.id = 5;
