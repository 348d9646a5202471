-- expect: distributed
SELECT (json->>'$.k')::INTEGER % 10 AS m, count(*), max(json->>'$.name') FROM read_json_objects('@DATA@/extra/json_parts/*.json') GROUP BY m;
