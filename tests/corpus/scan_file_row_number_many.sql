-- expect: any
-- no-shuffle: yes
SELECT max(file_row_number), count(*) FROM read_parquet('@DATA@/facts/*.parquet', file_row_number = true);
