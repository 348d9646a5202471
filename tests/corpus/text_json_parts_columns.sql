-- expect: distributed
SELECT k % 7 AS m, min(seen), sum(v), count(nothing) FROM read_json('@DATA@/extra/json_parts/*.json', columns = {'k': 'INTEGER', 'v': 'DOUBLE', 'seen': 'TIMESTAMP', 'nothing': 'VARCHAR'}) GROUP BY m;
