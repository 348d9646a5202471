-- expect: local small
SELECT k % 10 AS m, count(*) FROM read_json('@DATA@/extra/json_parts/*.json', union_by_name = true) GROUP BY m;
