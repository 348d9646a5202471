-- expect: distributed
-- no-shuffle: yes
SELECT parse_filename(filename) AS f, count(*) AS n FROM read_parquet('@DATA@/facts/*.parquet', filename = true) GROUP BY f;
