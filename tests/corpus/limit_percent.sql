-- expect: distributed
-- order: yes
SELECT id, amount FROM facts ORDER BY amount, id LIMIT 3%;
