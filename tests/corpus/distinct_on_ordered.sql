-- expect: distributed
SELECT DISTINCT ON (k) k, id, amount FROM facts ORDER BY k, amount DESC, id;
