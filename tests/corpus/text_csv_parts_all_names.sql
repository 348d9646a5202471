-- expect: distributed
SELECT * FROM read_csv('@DATA@/extra/csv_parts/*.csv', filename = true);
