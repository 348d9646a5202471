-- DISTINCT aggregates over DISTINCT aggregates
-- expect: distributed DistinctExec
SELECT count(DISTINCT n), sum(DISTINCT s), count(*) FROM (SELECT k, id % 3 AS r, count(DISTINCT id) AS n, sum(DISTINCT qty) AS s FROM facts GROUP BY k, id % 3);
