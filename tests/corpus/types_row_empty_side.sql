-- NULLs of a type that SQL cannot name
-- expect: distributed HashJoinExec
SELECT f.id, l.x, l.y FROM facts f LEFT JOIN (SELECT k, (k, ('a', 1)) AS x, [(k, k)] AS y FROM links WHERE false) l ON f.k = l.k WHERE f.id < 100;
