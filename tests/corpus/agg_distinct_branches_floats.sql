-- NaN is one value, and so are 0.0 and -0.0, in every task
-- expect: distributed DistinctExec
SELECT flag, count(DISTINCT CASE WHEN id % 5 = 3 THEN 'nan'::DOUBLE WHEN id % 5 = 4 THEN -0.0::DOUBLE ELSE id // 4 END), count(DISTINCT CASE WHEN id % 7 = 3 THEN 'nan'::FLOAT WHEN id % 7 = 4 THEN -0.0::FLOAT ELSE id // 3 END), avg(DISTINCT CASE WHEN id % 5 = 4 THEN -0.0::DOUBLE ELSE id // 4 END) FROM facts GROUP BY flag;
