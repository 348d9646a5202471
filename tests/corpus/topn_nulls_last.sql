-- expect: distributed TopNExec
-- order: yes
SELECT id, k2 FROM facts ORDER BY k2 NULLS LAST, id DESC LIMIT 12;
