-- expect: distributed
SELECT c.y, c.part, count(*), sum(f.qty) FROM facts f JOIN read_csv('@DATA@/extra/csv_hive/*/*/*.csv', hive_partitioning = true) c USING (k)
WHERE c.y > 2020 GROUP BY ALL;
