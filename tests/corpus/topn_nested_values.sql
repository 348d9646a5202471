-- expect: distributed
-- order: yes
SELECT id, nums, info FROM facts ORDER BY nums DESC NULLS LAST, info, id LIMIT 30;
