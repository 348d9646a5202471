-- expect: distributed
SELECT id * 2 + k AS a, upper(grp) || '-' || coalesce(name, '?') AS b, amount * qty AS c, price / 4 AS e, d + INTERVAL 1 MONTH AS f FROM facts WHERE id % 5 = 1;
