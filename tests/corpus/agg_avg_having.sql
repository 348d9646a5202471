-- expect: distributed AggregateExec: mode=Partial
-- 0.3 / 3 as DOUBLEs is 0.09999999999999999; DuckDB divides 3 by 30.
SELECT count(v), sum(v) FROM (SELECT CASE WHEN id % 999 = 500 THEN 0.1 END AS v FROM facts WHERE id < 3000) HAVING avg(v) = 0.1::DOUBLE;
