-- expect: distributed
SELECT k % 10 AS m, count(*), sum(v), min(name), max(id) FROM '@DATA@/extra/json_parts/*.json' GROUP BY m;
