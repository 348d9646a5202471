-- expect: distributed AggregateExec: mode=Partial
SELECT flag, count(DISTINCT grp) FILTER (WHERE qty > 500), sum(DISTINCT k2) FILTER (WHERE grp <> 'beta'), count(DISTINCT k2) FILTER (WHERE false) FROM facts GROUP BY flag;
