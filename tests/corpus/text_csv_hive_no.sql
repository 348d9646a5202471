-- expect: distributed
SELECT k % 10 AS m, count(*), sum(id) FROM read_csv('@DATA@/extra/csv_hive/*/*/*.csv', hive_partitioning = false) GROUP BY m;
