-- expect: distributed
SELECT k % 10 AS m, count(*), sum(id) FROM read_json('@DATA@/extra/json_hive/*/*/*.json', hive_types = {'y': 'VARCHAR'}) WHERE y <> '2021' GROUP BY m;
