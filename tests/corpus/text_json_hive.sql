-- expect: distributed
SELECT y, part, count(*), sum(id) FROM read_json('@DATA@/extra/json_hive/*/*/*.json') GROUP BY ALL;
