-- expect: distributed
SELECT d.k, x.n, x.m FROM dims d, LATERAL (SELECT count(*) AS n, max(l.strength) AS m FROM links l WHERE l.k = d.k AND l.d > d.since) x WHERE d.region = 'south';
