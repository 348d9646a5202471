-- expect: distributed HashJoinExec
SELECT f.id, l.kind FROM facts f JOIN links l ON f.k = l.fid AND l.strength > 500;
