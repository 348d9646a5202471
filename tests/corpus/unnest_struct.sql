-- expect: distributed
SELECT id, unnest(info) FROM facts WHERE id < 1500;
