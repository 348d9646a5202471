-- A code in the second file is no integer, and the columns are in another order.
-- expect: distributed
SELECT f.grp, count(*), min(c.code), max(c.code) FROM facts f
JOIN read_csv('@DATA@/extra/csv_types/*.csv', types = {'code': 'VARCHAR'}) c ON f.k = c.k GROUP BY f.grp;
