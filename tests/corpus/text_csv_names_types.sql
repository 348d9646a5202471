-- expect: distributed
SELECT f.grp, sum(c.b), min(c.a), count(*) FROM facts f
JOIN read_csv(['@DATA@/extra/csv/a.csv', '@DATA@/extra/csv/c.csv'], skip = 1, header = false, names = ['a', 'b'], types = {'a': 'VARCHAR'}, all_varchar = false) c
ON f.k = c.b GROUP BY f.grp;
