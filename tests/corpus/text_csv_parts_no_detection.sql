-- Nothing is found out about the files, so one of them may have no rows.
-- expect: distributed
SELECT k % 10 AS m, count(*), sum(v), max(name), max(d) FROM read_csv('@DATA@/extra/csv/*.csv', auto_detect = false, header = true, delim = ',', quote = '"',
    columns = {'id': 'BIGINT', 'k': 'INTEGER', 'name': 'VARCHAR', 'v': 'DOUBLE', 'd': 'DATE'}) GROUP BY m;
