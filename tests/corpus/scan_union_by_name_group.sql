-- expect: any
SELECT g, count(*), count(added), sum(added) FROM read_parquet('@DATA@/extra/evolve/*.parquet', union_by_name = true) GROUP BY g;
