-- expect: distributed AggregateExec
SELECT year, name, median(v) AS middle, count(DISTINCT month) AS months FROM hive WHERE id % 5 > 0 GROUP BY year, name;
