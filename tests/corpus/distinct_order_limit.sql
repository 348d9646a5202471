-- expect: distributed
-- order: yes
SELECT DISTINCT k, k2 FROM facts ORDER BY k NULLS LAST, k2 NULLS FIRST LIMIT 25;
