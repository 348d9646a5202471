-- expect: distributed
SELECT json.k % 10 AS m, count(*), max(json.name) FROM read_json('@DATA@/extra/json_parts/*.json', records = 'false') GROUP BY m;
