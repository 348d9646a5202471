-- expect: distributed AggregateExec
SELECT k2, flag, count(*), count(k), sum(qty) FROM facts GROUP BY k2, flag;
