-- expect: distributed
SELECT f.grp, sum(c.one), max(c.three) FROM facts f JOIN read_csv('@DATA@/extra/csv/a.csv') AS c(one, two, three) ON f.k = c.two GROUP BY f.grp;
