-- expect: distributed HashJoinExec
-- NULLs of a grouping set meet those of the other side.
SELECT f.k, s.n, count(*) FROM facts f JOIN (SELECT d.k, count(*) AS n FROM (SELECT * FROM dims WHERE k > 20) d GROUP BY ROLLUP (d.k)) s ON f.k IS NOT DISTINCT FROM s.k GROUP BY ALL;
