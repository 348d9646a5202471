-- expect: distributed TopNExec
-- order: yes
SELECT id, amount FROM facts ORDER BY amount DESC, id LIMIT 10;
