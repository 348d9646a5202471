-- expect: distributed
SELECT parse_filename(c.filename) AS file, count(*), sum(f.qty) FROM facts f
JOIN read_csv(['@DATA@/extra/csv/b.csv', '@DATA@/extra/csv/a.csv', '@DATA@/extra/csv/b.csv'], filename = true) c USING (k) GROUP BY ALL;
