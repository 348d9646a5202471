-- expect: distributed
SELECT "with ""quotes""" AS "x""y", "a.b", count(*) AS "select", min("new
line") AS "
" FROM "odd names" GROUP BY ALL;
