-- expect: distributed HashJoinExec
SELECT f.grp, count(*), sum(c.v), min(c.name), max(c.d) FROM facts f JOIN '@DATA@/extra/csv/a.csv' c ON f.k = c.k GROUP BY f.grp;
