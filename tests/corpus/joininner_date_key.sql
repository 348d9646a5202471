-- expect: distributed HashJoinExec
SELECT f.d, count(*), min(l.fid) FROM facts f JOIN links l ON f.d = l.d GROUP BY f.d;
