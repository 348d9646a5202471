-- expect: distributed AggregateExec
SELECT k2, count(DISTINCT k), count(DISTINCT grp), sum(amount), min(DISTINCT d) FROM facts GROUP BY k2;
