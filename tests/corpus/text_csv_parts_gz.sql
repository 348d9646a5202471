-- expect: distributed
SELECT k % 10 AS m, count(*), sum(v), max(name) FROM '@DATA@/extra/csv_gz/*.csv.gz' GROUP BY m;
