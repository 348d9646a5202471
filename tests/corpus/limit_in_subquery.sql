-- expect: distributed
SELECT count(*), sum(amount) FROM (SELECT amount FROM facts ORDER BY amount DESC, id LIMIT 500);
