-- expect: distributed HashJoinExec
SELECT f.id, f.k FROM facts f WHERE f.k IN (SELECT k FROM dims WHERE region = 'north');
