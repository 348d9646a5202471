-- The types of the keys come of all folders.
-- expect: distributed
SELECT y, part, count(*), sum(id) FROM read_csv('@DATA@/extra/csv_hive/*/*/*.csv') GROUP BY ALL;
