-- A row as a value, and stars.
-- expect: distributed
SELECT c, f.id, c.* EXCLUDE (k) FROM facts f JOIN read_csv('@DATA@/extra/csv/b.csv') AS c ON f.k = c.k;
