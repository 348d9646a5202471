-- The dates of the second file alone could be read month first.
-- expect: distributed
SELECT d, count(*), min(id) FROM read_json('@DATA@/extra/json_dates/*') GROUP BY d;
