-- expect: distributed
SELECT d.k, (SELECT count(*) FROM facts f WHERE f.k = d.k AND f.flag) AS n, (SELECT count(*) + 1 FROM links l WHERE l.k = d.k) AS m FROM dims d;
