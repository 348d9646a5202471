-- expect: local table_function
-- check: none
SELECT count(*) > 100 FROM duckdb_functions();
