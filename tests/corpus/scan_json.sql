-- expect: local table_function
SELECT id, name, list FROM people_json;
