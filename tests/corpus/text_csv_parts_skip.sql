-- expect: local small
SELECT k % 10 AS m, count(*), sum(v) FROM read_csv('@DATA@/extra/csv_parts/*.csv', skip = 0) GROUP BY m;
