-- Both are cut at the same regions: the join is in step.
-- set: eider_broadcast_joins=false
-- show: tasks
SELECT s.region, s.month, sum(amount) AS amount, max(goal) AS goal FROM sales s JOIN goals g ON s.region = g.region AND s.month = g.month
GROUP BY ALL;
