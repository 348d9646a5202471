-- A count of distinct values is no sum of counts.
SELECT country, count(DISTINCT kind) AS kinds FROM events JOIN users USING (k) GROUP BY country;
