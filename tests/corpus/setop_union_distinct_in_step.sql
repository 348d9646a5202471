-- expect: distributed UnionExec
SELECT k, count(DISTINCT id) AS n FROM facts GROUP BY k UNION SELECT k, count(DISTINCT strength) FROM links GROUP BY k;
