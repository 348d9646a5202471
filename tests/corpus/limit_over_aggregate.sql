-- expect: any
-- check: subset
-- superset: SELECT k, count(*) AS n FROM facts GROUP BY k
SELECT k, count(*) AS n FROM facts GROUP BY k LIMIT 13;
