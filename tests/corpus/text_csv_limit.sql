-- expect: local order_dependent
-- order: yes
-- no-shuffle: yes
SELECT id FROM (SELECT id FROM '@DATA@/extra/csv/*.csv' UNION ALL SELECT id FROM facts) LIMIT 5;
