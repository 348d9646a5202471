-- What stands for the function for a moment takes more arguments than the function.
-- expect: local table_function
-- check: error
SELECT count(*) FROM facts f JOIN read_csv('@DATA@/extra/csv/a.csv', true) c USING (k);
