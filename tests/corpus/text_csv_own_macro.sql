-- A macro of that name in the way: which one a statement means only DuckDB knows.
-- expect: local table_function
-- setup: CREATE MACRO read_csv(path) AS TABLE SELECT 7 AS k, path AS name
-- teardown: DROP MACRO TABLE read_csv
SELECT c.name, count(*) FROM facts f JOIN read_csv('@DATA@/extra/csv/a.csv') c USING (k) GROUP BY ALL;
