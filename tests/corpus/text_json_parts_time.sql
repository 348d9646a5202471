-- expect: distributed
SELECT date_trunc('hour', seen) AS h, count(*), max(seen) FROM read_json('@DATA@/extra/json_parts/*.json') GROUP BY h;
