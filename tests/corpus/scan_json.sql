-- expect: local small
SELECT id, name, list FROM people_json;
