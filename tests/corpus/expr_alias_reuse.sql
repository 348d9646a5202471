-- expect: distributed
SELECT id, qty * 2 AS dbl, dbl + 1 AS more FROM facts WHERE dbl > 100 AND more % 5 = 0;
