-- No file before it says how its dates are read.
-- expect: distributed
SELECT d, count(*), min(id) FROM read_json(['@DATA@/extra/json_dates/b.json', '@DATA@/extra/json_dates/a.json']) GROUP BY d;
