-- expect: distributed
SELECT parse_filename(filename) AS file, count(*), sum(id), min(d) FROM read_csv('@DATA@/extra/csv_parts/*.csv', filename = true) GROUP BY file;
