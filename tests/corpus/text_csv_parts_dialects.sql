-- What is found out of the second file depends on whether it is read beside the first.
-- expect: local small
SELECT k % 10 AS m, count(*), sum(v) FROM read_csv(['@DATA@/extra/csv_parts/a.csv', '@DATA@/extra/csv_parts_not/semicolons.csv']) GROUP BY m;
