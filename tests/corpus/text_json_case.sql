-- Names that DuckDB makes up, as two keys differ in their case only.
-- expect: distributed
SELECT id_1 % 10 AS m, count(*), sum(k) FROM read_json('@DATA@/extra/json_case/*') GROUP BY m;
