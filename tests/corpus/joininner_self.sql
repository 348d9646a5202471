-- expect: distributed HashJoinExec
SELECT c.label, p.label FROM dims c JOIN dims p ON c.parent = p.k;
