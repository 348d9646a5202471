-- expect: distributed
SELECT d.region, count(*) FROM (SELECT k FROM facts UNION ALL SELECT k FROM links) u JOIN dims d ON d.k = u.k GROUP BY d.region;
