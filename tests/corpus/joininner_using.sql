-- expect: distributed HashJoinExec
SELECT k, f.id, d.region FROM facts f JOIN dims d USING (k) WHERE f.id < 2000;
