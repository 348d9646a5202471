-- An array, lines and a compressed file; keys that not all have, and one with values of several types.
-- expect: distributed
SELECT k % 10 AS m, count(*), sum(v), count(name), max(id) FROM read_json('@DATA@/extra/json_mixed/*') GROUP BY m;
