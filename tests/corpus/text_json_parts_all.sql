-- All keys are read, a date among them: each task finds out what they are.
-- expect: distributed
SELECT id, k, name, v, seen, more, more.ys[1] AS y FROM read_json('@DATA@/extra/json_parts/*.json') WHERE id % 3 = 0;
