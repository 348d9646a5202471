-- expect: distributed
SELECT id, NULL AS a, NULL::INTEGER AS b, NULL::VARCHAR[] AS c FROM facts WHERE id < 20;
