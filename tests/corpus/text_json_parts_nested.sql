-- expect: distributed
SELECT more, count(*), len(more.ys) AS n FROM read_json_auto('@DATA@/extra/json_parts/*.json') WHERE k < 300 GROUP BY more ORDER BY more.x LIMIT 200;
