-- expect: distributed
SELECT d.k, (SELECT max(x) FROM (SELECT f.qty AS x FROM facts f WHERE f.k = d.k UNION ALL SELECT l.strength FROM links l WHERE l.k = d.k)) AS m FROM dims d WHERE d.k < 80;
