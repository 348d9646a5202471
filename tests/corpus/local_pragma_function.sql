-- expect: local table_function
-- check: count
SELECT * FROM duckdb_settings() WHERE name = 'threads';
