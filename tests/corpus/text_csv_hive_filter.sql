-- expect: distributed
SELECT k % 10 AS m, count(*), sum(id) FROM read_csv('@DATA@/extra/csv_hive/*/*/*.csv') WHERE y > 2020 AND part = 'south' GROUP BY m;
