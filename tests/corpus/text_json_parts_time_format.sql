-- The format is said, so the columns can be, too.
-- expect: distributed
SELECT date_trunc('hour', seen) AS h, count(*), max(seen) FROM read_json('@DATA@/extra/json_parts/*.json', timestampformat = '%Y-%m-%d %H:%M:%S') GROUP BY h;
