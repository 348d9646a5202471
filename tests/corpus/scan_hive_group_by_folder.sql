-- expect: distributed AggregateExec
SELECT month, median(v) AS middle, count(DISTINCT id) AS ids, count(DISTINCT year) AS years, max(place) AS places
FROM (SELECT *, rank() OVER (PARTITION BY month, name ORDER BY id) AS place FROM hive) GROUP BY month;
