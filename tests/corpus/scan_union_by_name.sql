-- expect: any
SELECT id, g, s, added FROM read_parquet('@DATA@/extra/evolve/*.parquet', union_by_name = true) WHERE id % 3 = 0;
