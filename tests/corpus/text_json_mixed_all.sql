-- expect: distributed
SELECT * FROM read_json('@DATA@/extra/json_mixed/*');
