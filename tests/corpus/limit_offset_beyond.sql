-- expect: distributed
-- order: yes
SELECT id FROM facts ORDER BY id LIMIT 10 OFFSET 20000;
