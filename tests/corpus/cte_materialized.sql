-- expect: distributed
WITH t AS MATERIALIZED (SELECT k, count(*) AS n FROM facts GROUP BY k) SELECT n, count(*) FROM t GROUP BY n;
