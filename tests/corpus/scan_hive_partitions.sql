-- expect: distributed
SELECT year, month, count(*) AS n, sum(v) AS s FROM hive GROUP BY year, month;
