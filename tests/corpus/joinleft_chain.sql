-- expect: distributed HashJoinExec
SELECT f.id, l.kind, d.label FROM facts f LEFT JOIN links l ON l.fid = f.id LEFT JOIN dims d ON d.k = l.k WHERE f.id % 4 = 0;
