-- expect: distributed HashJoinExec
SELECT f.id, d.label FROM facts f JOIN dims d ON f.k = d.k AND f.d > d.since + 100;
