-- expect: distributed
-- check: error
SELECT f.grp, count(*) FROM facts f
JOIN read_csv('@DATA@/extra/csv_ragged/a.csv', auto_detect = false, header = true, delim = ',', columns = {'id': 'BIGINT', 'k': 'INTEGER'}) c ON f.k = c.k
GROUP BY f.grp;
