-- expect: distributed
SELECT a.k % 10 AS m, count(*), min(a.name || b.id) FROM '@DATA@/extra/json_parts/*.json' a JOIN '@DATA@/extra/json_parts/*.json' b ON a.id = b.id + 1 GROUP BY m;
