-- expect: distributed
-- check: error
SELECT f.id, (SELECT d.label FROM dims d WHERE d.k = f.k) AS label FROM facts f WHERE f.k = 9;
