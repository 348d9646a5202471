-- Two phases; the few states meet in the head.
SELECT kind, count(*) AS n, sum(amount) AS total, avg(amount) AS mean, arg_max(id, amount) AS best
FROM events GROUP BY kind HAVING count(*) > 10;
