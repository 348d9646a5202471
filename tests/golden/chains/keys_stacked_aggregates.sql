-- Groups by k and v, below a window by k, below groups by k: one shuffle, of the states of the first.
SELECT k, median(place) AS middle, sum(n) AS n FROM (
  SELECT k, v, n, rank() OVER (PARTITION BY k ORDER BY n, v) AS place FROM (SELECT k, v, count(*) AS n FROM readings GROUP BY k, v))
GROUP BY k;
