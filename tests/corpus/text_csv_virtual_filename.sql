-- The column is not one of those that DESCRIBE shows.
-- expect: local plan_refused
SELECT parse_filename(c.filename) AS file, count(*) FROM facts f JOIN read_csv('@DATA@/extra/csv/*.csv') c USING (k) GROUP BY ALL;
