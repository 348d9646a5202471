-- expect: distributed
SELECT * FROM (WITH t AS (SELECT k, max(id) AS m FROM facts GROUP BY k) SELECT * FROM t WHERE m > 14000);
