-- expect: any
-- order: yes
SELECT k, label FROM dims ORDER BY k, label LIMIT 100000;
