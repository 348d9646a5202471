-- expect: any
SELECT max(v), count(*) FROM hive WHERE year = 1999;
