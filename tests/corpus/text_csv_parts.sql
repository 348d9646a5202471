-- expect: distributed
SELECT k % 10 AS m, count(*), sum(v), min(name), max(d) FROM '@DATA@/extra/csv_parts/*.csv' GROUP BY m;
