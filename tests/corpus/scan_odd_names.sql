-- expect: distributed
SELECT "select", "a.b", "with ""quotes""", "new
line", "ÄÖ😀", " ", "c0" FROM "odd names" WHERE "a.b" > 3;
