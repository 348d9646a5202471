-- expect: distributed
SELECT k, count(*) FROM (SELECT * FROM facts ORDER BY amount) GROUP BY k;
