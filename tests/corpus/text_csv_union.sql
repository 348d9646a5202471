-- expect: distributed
SELECT k, count(*) FROM (SELECT k FROM facts UNION ALL SELECT k FROM '@DATA@/extra/csv/*.csv') GROUP BY k;
