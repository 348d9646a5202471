-- No key is read.
-- expect: distributed
SELECT count(*) FROM read_ndjson('@DATA@/extra/json_parts/*.json');
