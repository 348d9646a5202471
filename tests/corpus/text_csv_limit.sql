-- expect: local order_dependent
-- order: yes
-- no-shuffle: yes
SELECT id, name FROM '@DATA@/extra/csv/*.csv' LIMIT 5;
