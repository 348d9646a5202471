-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
WITH c AS MATERIALIZED (SELECT id, count(*) AS n, min(qty) AS q FROM facts GROUP BY id) SELECT a.id, a.n, b.q AS m FROM c a LEFT JOIN c b ON a.id = b.id + 1 ORDER BY m NULLS FIRST, a.n, a.id NULLS LAST;
