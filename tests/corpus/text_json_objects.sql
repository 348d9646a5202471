-- expect: distributed
SELECT f.grp, count(*), sum((j.json->>'$.v')::DOUBLE) FROM facts f JOIN read_json_objects('@DATA@/extra/json_array/a.json') j ON f.k = (j.json->>'$.k')::INTEGER GROUP BY f.grp;
