-- expect: distributed
SELECT f.id, (SELECT d.label FROM dims d WHERE d.k = f.k AND d.k <> 9) AS label FROM facts f WHERE f.id < 2000;
