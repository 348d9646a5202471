-- expect: distributed TopNExec
-- order: yes
SELECT id, price FROM facts ORDER BY price, id LIMIT 15 OFFSET 100;
