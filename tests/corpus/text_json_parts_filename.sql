-- expect: distributed
SELECT parse_filename(filename) AS file, count(*), sum(id) FROM read_json('@DATA@/extra/json_parts/*.json', filename = true) GROUP BY file;
