-- expect: local small
SELECT * FROM people_csv;
