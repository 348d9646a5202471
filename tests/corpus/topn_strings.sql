-- expect: distributed TopNExec
-- order: yes
SELECT name, id FROM facts ORDER BY name DESC NULLS LAST, id LIMIT 40;
