-- expect: any
-- check: error
SELECT * FROM no_such_table;
