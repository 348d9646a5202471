-- expect: distributed
SELECT d.k FROM dims d WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.k = d.k AND f.qty > 850);
