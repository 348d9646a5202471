-- expect: distributed TopNExec
-- order: yes
SELECT id FROM facts ORDER BY abs(price - 1000), id LIMIT 9;
