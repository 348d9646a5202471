-- expect: distributed
WITH t AS (SELECT k, sum(amount) AS s FROM facts GROUP BY k) SELECT a.k, a.s, b.s FROM t a JOIN t b ON a.k = b.k + 1;
