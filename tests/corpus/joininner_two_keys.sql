-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f JOIN dims d ON f.k2 = d.k2 AND f.grp = d.grp;
