-- expect: distributed
SELECT f.id FROM facts f WHERE f.id < 1500 AND f.k2 NOT IN (SELECT d.k2 FROM dims d WHERE d.grp = f.grp);
