-- expect: distributed
-- order: yes
SELECT k::BIGINT AS k FROM facts UNION SELECT k FROM links ORDER BY k DESC NULLS LAST LIMIT 20 OFFSET 5;
