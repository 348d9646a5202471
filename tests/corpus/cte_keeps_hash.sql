-- expect: distributed HashJoinExec
WITH n AS MATERIALIZED (SELECT k, count(*) AS facts, min(amount) AS least FROM facts GROUP BY k)
SELECT k, facts, least FROM n JOIN (SELECT k, max(amount) AS most FROM facts GROUP BY k) USING (k)
UNION ALL SELECT k, count(*), max(least) FROM n GROUP BY k
UNION ALL SELECT x.k, x.facts + y.facts, y.least FROM n x LEFT JOIN n y ON x.k = y.facts;
