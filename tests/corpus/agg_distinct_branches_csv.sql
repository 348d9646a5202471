-- CSV files are read once
-- expect: any
SELECT count(DISTINCT id), count(DISTINCT name), sum(DISTINCT age), count(*) FROM people_csv;
