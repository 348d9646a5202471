-- A row of one file is no number.
-- expect: distributed
-- check: error
SELECT k % 10 AS m, count(*), sum(id) FROM read_csv(['@DATA@/extra/csv_parts/a.csv', '@DATA@/extra/csv_parts/b.csv', '@DATA@/extra/csv_parts_not/late.csv'],
    auto_detect = false, header = true, delim = ',', quote = '"', columns = {'id': 'BIGINT', 'k': 'INTEGER', 'name': 'VARCHAR', 'v': 'DOUBLE', 'd': 'DATE'}) GROUP BY m;
