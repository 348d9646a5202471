-- expect: any
-- order: yes
SELECT id FROM facts ORDER BY id LIMIT (SELECT 5 + 2);
