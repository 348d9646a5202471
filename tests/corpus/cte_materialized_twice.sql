-- expect: distributed
WITH t AS MATERIALIZED (SELECT k, count(*) AS n FROM facts GROUP BY k) SELECT (SELECT max(n) FROM t) AS m, k FROM t WHERE n > 10;
