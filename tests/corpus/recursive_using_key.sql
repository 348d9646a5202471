-- expect: local operator_field
WITH RECURSIVE t(a, b) USING KEY (a) AS (SELECT 1, 3 UNION SELECT a, b - 1 FROM t WHERE b > 0) SELECT * FROM t;
