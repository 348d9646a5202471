-- expect: distributed
SELECT d.k, (SELECT max(f.amount) FROM facts f WHERE f.k = d.k) AS m, (SELECT count(*) FROM links l WHERE l.k = d.k) AS c FROM dims d;
