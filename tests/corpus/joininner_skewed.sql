-- expect: distributed HashJoinExec
SELECT f.k, count(*), sum(l.strength) FROM facts f JOIN links l ON f.k = l.k GROUP BY f.k;
