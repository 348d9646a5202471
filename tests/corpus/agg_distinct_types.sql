-- expect: distributed AggregateExec: mode=Partial
SELECT flag, count(DISTINCT grp), count(DISTINCT month(ts)), count(DISTINCT k2), sum(DISTINCT k2), avg(DISTINCT k2), sum(DISTINCT (k2 / 4)::DECIMAL(8, 2)), avg(DISTINCT (k2 / 4)::DECIMAL(8, 2)), count(DISTINCT encode(grp)), count(DISTINCT k2 > 3) FROM facts GROUP BY flag;
