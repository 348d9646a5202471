-- expect: local parquet_option
-- no-shuffle: yes
SELECT count(*), count(x) FROM read_parquet('@DATA@/facts/*.parquet',
    schema = MAP {1: {name: 'x', type: 'INTEGER', default_value: NULL}});
