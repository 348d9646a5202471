-- A file without rows looks otherwise: no type is found.
-- expect: local small
SELECT k % 10 AS m, count(*), sum(v) FROM '@DATA@/extra/csv/*.csv' GROUP BY m;
