-- expect: distributed
SELECT a.k, b.grp, c.region FROM (SELECT k FROM dims WHERE k < 50) a, (SELECT DISTINCT grp FROM facts) b, (SELECT DISTINCT region FROM dims) c;
