-- expect: distributed
WITH t AS MATERIALIZED (SELECT k, amount FROM facts WHERE flag) SELECT 'sum' AS w, sum(amount) FROM t UNION ALL SELECT 'count', count(*) FROM t UNION ALL SELECT 'max', max(k) FROM t;
