-- expect: distributed
WITH RECURSIVE t AS (SELECT k, 1 AS n FROM (SELECT DISTINCT k FROM facts WHERE k < 30) UNION ALL SELECT k, n + 1 FROM t WHERE n < k % 4) SELECT f.grp, count(*) FROM t JOIN facts f ON f.k = t.k GROUP BY f.grp;
