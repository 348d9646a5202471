-- expect: distributed
SELECT f.grp, count(*), sum(c.v), list(DISTINCT c.name ORDER BY c.name) FROM facts f JOIN '@DATA@/extra/csv_gz/*.csv.gz' c ON f.k = c.k GROUP BY f.grp;
