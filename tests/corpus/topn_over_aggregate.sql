-- expect: distributed
-- order: yes
SELECT k, sum(amount) AS s FROM facts GROUP BY k ORDER BY s DESC, k LIMIT 10;
