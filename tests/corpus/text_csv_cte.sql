-- expect: distributed
WITH l AS MATERIALIZED (SELECT * FROM '@DATA@/extra/csv/*.csv')
SELECT f.grp, count(*), (SELECT max(v) FROM l) AS m FROM facts f WHERE f.k IN (SELECT k FROM l WHERE d < DATE '2024-01-20') GROUP BY f.grp;
