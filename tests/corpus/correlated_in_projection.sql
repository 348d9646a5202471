-- expect: distributed
SELECT f.id, f.k2 IN (SELECT d.k2 FROM dims d WHERE d.grp = f.grp) AS hit FROM facts f WHERE f.id < 1500;
