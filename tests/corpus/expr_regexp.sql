-- expect: distributed
SELECT id, regexp_matches(name, '^[a-z]+'), regexp_extract(name, '(\w+) (\w+)', 2), regexp_replace(name, '[aeiou]', '<\0>', 'g'), regexp_extract_all(name, '\d+'), regexp_full_match(grp, '[a-z]*'), regexp_matches(name, 'ROW', 'i') FROM facts WHERE id % 6 = 3;
