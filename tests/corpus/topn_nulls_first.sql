-- expect: distributed TopNExec
-- order: yes
SELECT id, k2 FROM facts ORDER BY k2 DESC NULLS FIRST, id LIMIT 12;
