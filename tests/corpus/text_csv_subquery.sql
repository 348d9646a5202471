-- expect: distributed
SELECT f.id, (SELECT max(c.v) FROM '@DATA@/extra/csv/a.csv' c WHERE c.k = f.k) AS m FROM facts f WHERE f.id % 7 = 0;
