-- expect: distributed
SELECT k, sum(amount) FROM facts GROUP BY k HAVING sum(amount) > (SELECT sum(amount) / 200 FROM facts);
