-- expect: distributed
SELECT id, js->'a', js->>'$.b.c', json_extract_string(js, '$.a[1]'), json_type(js), json_array_length(js), json_valid(str), json_keys(js), to_json({'k': key, 's': str}), js FROM alltypes;
