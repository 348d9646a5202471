-- branches over a CTE; a struct has no lists, however few there are
-- expect: distributed DistinctExec
WITH c AS MATERIALIZED (SELECT id, qty, flag FROM facts) SELECT (SELECT count(DISTINCT {'a': id}) + sum(DISTINCT qty) FROM c), flag, count(DISTINCT {'b': id}), sum(DISTINCT qty), count(*) FROM c GROUP BY flag;
