-- expect: distributed
SELECT f.grp, count(*), count(c.id) FROM facts f
JOIN read_csv('@DATA@/extra/csv_ragged/a.csv', header = true, delim = ',', columns = {'id': 'BIGINT', 'k': 'INTEGER'}, ignore_errors = true) c ON f.k = c.k
GROUP BY f.grp;
