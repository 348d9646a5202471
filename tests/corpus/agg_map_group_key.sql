-- expect: distributed AggregateExec
SELECT mp, count(*), min(id) FROM nested GROUP BY mp;
