-- A file is read as often as it stands in the list.
-- expect: distributed
SELECT k % 7 AS m, count(*), sum(id) FROM read_csv(['@DATA@/extra/csv_parts/d.csv', '@DATA@/extra/csv_parts/a.csv', '@DATA@/extra/csv_parts/d.csv'], union_by_name = true) GROUP BY m;
