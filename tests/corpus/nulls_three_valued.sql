-- expect: distributed
SELECT id, flag AND (k > 5) AS a, flag OR (k > 5) AS o, NOT flag AS n, k = NULL AS e, k IN (1, NULL) AS i, k NOT IN (1, NULL) AS ni FROM facts WHERE id % 50 = 0;
