-- expect: distributed
SELECT k % 10 AS m, count(*) FROM (SELECT k FROM facts UNION ALL SELECT k FROM '@DATA@/extra/csv_parts/*.csv') GROUP BY m;
