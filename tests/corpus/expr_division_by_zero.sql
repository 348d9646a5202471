-- expect: distributed
SELECT id, qty / (k - 7) AS a, qty // (k - 7) AS b, qty % (k - 7) AS c FROM facts WHERE id % 5 = 0;
