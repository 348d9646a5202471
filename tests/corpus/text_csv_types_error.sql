-- expect: distributed
-- check: error
SELECT f.grp, count(*), min(c.code), max(c.code) FROM facts f JOIN '@DATA@/extra/csv_types/*.csv' c ON f.k = c.k GROUP BY f.grp;
