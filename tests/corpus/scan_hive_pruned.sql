-- expect: distributed
SELECT id, v, name, year, month FROM hive WHERE year = 2021 AND month = 2;
