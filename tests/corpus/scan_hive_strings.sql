-- expect: distributed AggregateExec
-- no-shuffle: yes
SELECT a.part, count(*) AS n, count(DISTINCT a.id) AS ids, median(a.qty) AS middle
FROM read_parquet('@DATA@/extra/hive_strings/*/*.parquet', hive_partitioning = true) a
LEFT JOIN read_parquet('@DATA@/extra/hive_strings/*/*.parquet', hive_partitioning = true) b ON a.part = b.part AND a.id = b.id GROUP BY a.part;
