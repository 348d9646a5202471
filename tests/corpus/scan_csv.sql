-- expect: local table_function
SELECT * FROM people_csv;
