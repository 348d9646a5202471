-- expect: distributed
SELECT a.k % 10 AS m, count(*), sum(b.v) FROM '@DATA@/extra/csv_parts/*.csv' a JOIN '@DATA@/extra/csv_gz/*.csv.gz' b ON a.id = b.id GROUP BY m;
