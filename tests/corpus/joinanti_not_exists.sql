-- expect: distributed HashJoinExec
SELECT f.id FROM facts f WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.fid = f.id) AND f.id < 4000;
