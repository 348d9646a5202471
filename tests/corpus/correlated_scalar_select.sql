-- expect: distributed
SELECT d.label, (SELECT sum(f.qty) FROM facts f WHERE f.k = d.k AND f.d >= d.since) AS s FROM dims d;
