-- A file that is read twice.
-- expect: distributed
SELECT k % 10 AS m, count(*), sum(id) FROM read_csv(['@DATA@/extra/csv_parts/a.csv', '@DATA@/extra/csv_parts/b.csv', '@DATA@/extra/csv_parts/a.csv']) GROUP BY m;
