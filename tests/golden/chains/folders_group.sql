-- A task reads all files of a region, so groups and windows by it need no shuffle; those without a region are the first task's.
-- show: tasks
SELECT region, median(amount) AS middle, count(DISTINCT place) AS places FROM (
  SELECT region, amount, rank() OVER (PARTITION BY region, month ORDER BY amount, id) AS place FROM sales) GROUP BY region;
