-- Rejected rows go to tables of the session.
-- expect: local table_function
-- teardown: DROP TABLE IF EXISTS reject_errors
-- teardown: DROP TABLE IF EXISTS reject_scans
SELECT f.grp, count(*) FROM facts f
JOIN read_csv('@DATA@/extra/csv_ragged/a.csv', header = true, delim = ',', columns = {'id': 'BIGINT', 'k': 'INTEGER'}, store_rejects = true) c ON f.k = c.k
GROUP BY f.grp;
