-- expect: any
-- no-shuffle: yes
SELECT file_row_number, id FROM read_parquet('@DATA@/facts/part-1.parquet', file_row_number = true) WHERE file_row_number % 100 = 5;
