-- expect: any
-- check: error
SELECT * FROM read_parquet('@DATA@/no_such_file.parquet');
