-- expect: distributed
-- check: error
SELECT grp, stddev(CASE WHEN id = 77 THEN 'inf'::DOUBLE ELSE price END) FROM facts GROUP BY grp;
