-- The query gives the columns other names.
-- expect: distributed
SELECT b % 10 AS m, sum(a) FROM read_json('@DATA@/extra/json_parts/*.json') AS t(a, b) GROUP BY m;
