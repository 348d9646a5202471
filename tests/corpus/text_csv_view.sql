-- expect: distributed
-- setup: CREATE TEMP VIEW csv_lines AS FROM read_csv('@DATA@/extra/csv/*.csv', header = true, quote = '"', types = {'k': 'INTEGER'})
-- setup: CREATE TEMP VIEW few_lines AS SELECT k, count(*) AS n, sum(v) AS s FROM csv_lines l WHERE id % 3 = 0 GROUP BY k
-- teardown: DROP VIEW few_lines
-- teardown: DROP VIEW csv_lines
SELECT f.k, f.qty, s.n, s.s FROM facts f LEFT JOIN few_lines s USING (k) WHERE f.id < 4000;
