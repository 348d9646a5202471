-- expect: distributed WindowExec
SELECT k, sum(qty) AS s FROM facts GROUP BY k QUALIFY rank() OVER (ORDER BY sum(qty) DESC, k) <= 10;
