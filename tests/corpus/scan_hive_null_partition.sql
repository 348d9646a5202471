-- expect: distributed
SELECT id, v FROM hive WHERE month IS NULL AND v > 10;
