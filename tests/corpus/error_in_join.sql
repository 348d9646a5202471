-- expect: distributed
-- check: error
SELECT count(*) FROM facts f JOIN dims d ON f.k = d.k WHERE (f.name || d.label)::INTEGER > 5;
