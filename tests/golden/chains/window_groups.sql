-- Two of the windows share a shuffle, the third has its own; the columns come out in the order of the query.
SELECT id, sum(amount) OVER (PARTITION BY k) AS a, count(*) OVER (PARTITION BY kind ORDER BY id) AS b,
       max(id) OVER (PARTITION BY day, k) AS c FROM events;
