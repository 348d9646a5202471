-- expect: any
-- order: yes
SELECT id, k FROM nothings ORDER BY id LIMIT 10;
