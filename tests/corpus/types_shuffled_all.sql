-- expect: distributed HashJoinExec
SELECT a.* FROM alltypes a JOIN links l ON a.id = l.fid;
