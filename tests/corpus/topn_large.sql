-- expect: distributed
-- order: yes
SELECT id, qty FROM facts ORDER BY qty, id LIMIT 6000;
