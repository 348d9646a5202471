-- expect: distributed
-- check: error
SELECT k, max(error('on purpose')) FROM facts WHERE id = 9000 GROUP BY k;
