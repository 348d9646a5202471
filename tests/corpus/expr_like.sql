-- expect: distributed
SELECT id, name LIKE '%o%' AS a, name ILIKE 'A%' AS b, name NOT LIKE '_' AS c, name LIKE '%\%%' ESCAPE '\' AS d, name SIMILAR TO '[a-z ]+' AS e, name GLOB '*x*' AS g FROM facts WHERE id % 6 = 0;
