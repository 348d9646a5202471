-- Two phases with a shuffle of the states: there are too many for one task.
-- show: tasks
SELECT k, sum(v) AS total FROM readings GROUP BY k;
