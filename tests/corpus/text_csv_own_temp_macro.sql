-- expect: local table_function
-- setup: CREATE TEMP MACRO read_csv(path) AS TABLE SELECT 7 AS k, path AS name
-- teardown: DROP MACRO TABLE temp.main.read_csv
SELECT c.name, count(*) FROM facts f JOIN read_csv('@DATA@/extra/csv/a.csv') c USING (k) GROUP BY ALL;
