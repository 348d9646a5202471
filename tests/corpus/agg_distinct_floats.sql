-- DISTINCT takes NaN for one value and lists do not: no lists
-- expect: distributed DistinctExec
SELECT count(DISTINCT CASE WHEN k2 = 3 THEN 'nan'::DOUBLE WHEN k2 = 4 THEN -0.0::DOUBLE ELSE k2 // 4 END) FROM facts;
