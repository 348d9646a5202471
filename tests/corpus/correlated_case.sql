-- expect: distributed
SELECT d.k, CASE WHEN EXISTS (SELECT 1 FROM facts f WHERE f.k = d.k AND f.qty < 0) THEN (SELECT min(qty) FROM facts f WHERE f.k = d.k) ELSE 0 END AS x FROM dims d;
