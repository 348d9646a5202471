-- expect: distributed HashJoinExec
-- NULLs that an outer join pads meet those of the other side, although no row of the padded side has any.
SELECT f.k, s.k, count(*) FROM facts f JOIN (SELECT d.k FROM (SELECT * FROM links WHERE fid < 300) l LEFT JOIN (SELECT k FROM dims WHERE k > 20) d ON l.k = d.k) s ON f.k IS NOT DISTINCT FROM s.k GROUP BY ALL;
