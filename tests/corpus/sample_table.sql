-- expect: any
-- check: none
SELECT count(*) FROM facts TABLESAMPLE 20%;
