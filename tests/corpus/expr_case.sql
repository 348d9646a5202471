-- expect: distributed
SELECT id, CASE k WHEN 1 THEN 'one' WHEN 7 THEN 'seven' ELSE grp END AS a, CASE WHEN qty < 0 THEN 'neg' WHEN qty < 100 THEN 'small' WHEN name IS NULL THEN NULL ELSE 'big' END AS b FROM facts WHERE id % 7 = 0;
