-- expect: distributed AggregateExec
SELECT t, count(*), min(id) FROM (SELECT id, unnest(tags) AS t FROM facts) GROUP BY t;
