-- expect: distributed
SELECT count(*), sum(id) FROM read_parquet(['@DATA@/facts/part-0.parquet', '@DATA@/facts/part-4.parquet']);
