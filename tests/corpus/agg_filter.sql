-- expect: distributed AggregateExec
SELECT grp, count(*) FILTER (WHERE flag), sum(amount) FILTER (WHERE qty > 100 AND k IS NOT NULL), avg(price) FILTER (false), count(DISTINCT k) FILTER (WHERE k < 50) FROM facts GROUP BY grp;
