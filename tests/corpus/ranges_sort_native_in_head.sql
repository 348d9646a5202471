-- expect: any
-- set: eider_range_sorts=true
-- order: yes
SELECT id, name FROM native_facts ORDER BY name DESC, id;
