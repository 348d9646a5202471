-- expect: distributed
SELECT k, count(*), sum(qty) FROM of_group('beta') GROUP BY k;
