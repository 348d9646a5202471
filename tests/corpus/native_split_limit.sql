-- expect: local order_dependent
-- order: yes
-- no-shuffle: yes
-- set: eider_split_native_tables=true
SELECT id FROM native_facts LIMIT 5;
