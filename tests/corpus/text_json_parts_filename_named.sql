-- DuckDB tells files apart before it reads them by a column filename only.
-- expect: local small
SELECT parse_filename(f) AS file, count(*), sum(id) FROM read_json('@DATA@/extra/json_parts/*.json', filename = 'f') GROUP BY file;
